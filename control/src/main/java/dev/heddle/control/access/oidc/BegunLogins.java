package dev.heddle.control.access.oidc;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// Logins that began and did not end: at most a thousand; of more, the oldest is forgotten.
final class BegunLogins {
    private static final int MOST = 1_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<String, Begun> byState = new LinkedHashMap<>();

    void add(Begun begun, Instant now) {
        lock.lock();
        try {
            byState.values().removeIf(it -> !now.isBefore(it.until()));
            byState.put(begun.state(), begun);
            if (byState.size() > MOST) {
                byState.pollFirstEntry();
            }
        } finally {
            lock.unlock();
        }
    }

    /// One that goes on; empty where there is none, or the secret is another's.
    Optional<Begun> find(String state, String secret, Instant now) {
        lock.lock();
        try {
            return Optional.ofNullable(byState.get(state))
                    .filter(it -> IdTokens.isEqual(it.secret(), secret))
                    .filter(it -> now.isBefore(it.until()));
        } finally {
            lock.unlock();
        }
    }

    /// Puts another in the place of one, unless that has ended or was replaced meanwhile.
    ///
    /// @return whether it did
    boolean replace(Begun before, Begun after) {
        lock.lock();
        try {
            return byState.replace(before.state(), before, after);
        } finally {
            lock.unlock();
        }
    }

    /// Takes one out, so that it ends once; empty where there is none, or the secret is another's.
    Optional<Begun> take(String state, String secret, Instant now) {
        lock.lock();
        try {
            Optional<Begun> found =
                    Optional.ofNullable(byState.get(state))
                            .filter(it -> IdTokens.isEqual(it.secret(), secret));
            found.ifPresent(it -> byState.remove(it.state()));
            return found.filter(it -> now.isBefore(it.until()));
        } finally {
            lock.unlock();
        }
    }
}
