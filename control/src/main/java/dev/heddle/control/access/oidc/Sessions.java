package dev.heddle.control.access.oidc;

import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// The ID tokens of who is signed in, which a provider wants to see when somebody leaves: a
/// thousand, in memory only. Of more, the oldest is forgotten, and who leaves then leaves here
/// only.
final class Sessions {
    private static final int MOST = 1_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<String, String> byToken = new LinkedHashMap<>();

    void add(String token, String idToken) {
        lock.lock();
        try {
            byToken.put(token, idToken);
            if (byToken.size() > MOST) {
                byToken.pollFirstEntry();
            }
        } finally {
            lock.unlock();
        }
    }

    Optional<String> take(String token) {
        lock.lock();
        try {
            return Optional.ofNullable(byToken.remove(token));
        } finally {
            lock.unlock();
        }
    }
}
