"""Werkzeug: hashes of passwords are salted, so they differ from run to run."""


def generate_password_hash(password, method="scrypt", salt_length=16):
    return unknown("a salted hash")


def check_password_hash(pwhash, password):
    return unknown("a salted hash")
