"""How much one visitor may ask of the server, so that a flood from one is nobody else's loss."""

import threading
import time
from collections.abc import Callable

BURST = 12
PER_SECOND = 6.0


class Bucket:
    """Lets through a burst of actions, then so many per second; what comes faster is dropped."""

    def __init__(
        self, burst: float = BURST, per_second: float = PER_SECOND, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.burst, self.per_second, self.clock = burst, per_second, clock
        self.left, self.seen = float(burst), clock()
        self.lock = threading.Lock()

    def lets_through(self) -> bool:
        """Whether one more action is let through now."""
        with self.lock:
            now = self.clock()
            self.left = min(self.burst, self.left + (now - self.seen) * self.per_second)
            self.seen = now
            if self.left < 1.0:
                return False
            self.left -= 1.0
            return True
