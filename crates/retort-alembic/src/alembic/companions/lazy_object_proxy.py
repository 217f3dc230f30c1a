"""lazy-object-proxy: what the factory gives, made when it is asked for."""


class Proxy:
    def __init__(self, factory):
        self._factory = factory
        self._made = []

    @property
    def __wrapped__(self):
        if not self._made:
            self._made.append(self._factory())
        return self._made[0]

    def __getattr__(self, name):
        return getattr(self.__wrapped__, name)

    def __call__(self, *args, **kwargs):
        return self.__wrapped__(*args, **kwargs)
