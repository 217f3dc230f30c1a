"""Protocol Buffers: what builds a generated module's names."""

from google.protobuf import builder  # noqa: F401
