package dev.heddle.proxy.upstream.balance;

/// How hashes lead to hosts.
///
/// @param byHostname whether hosts are known by their names rather than by their addresses
/// @param balancePercent how much of a fair share of the requests in flight a host may have before
///   requests go elsewhere, at least 100; 0 for any (`hash_balance_factor`)
public record Hashing(Shape shape, boolean byHostname, int balancePercent) {

    public Hashing {
        if (balancePercent != 0 && balancePercent < 100) {
            throw new IllegalArgumentException(
                    "balancePercent: " + balancePercent + " (expected: 0, or 100 and more)");
        }
    }

    /// Which table.
    public sealed interface Shape {
        /// A ring of points, of which each host has many (ketama).
        ///
        /// @param least points, for all hosts together; Envoy's default is 1024
        /// @param most points; Envoy's default is 8388608
        record Ring(long least, long most, Function function) implements Shape {
            /// The most points that any ring may have.
            public static final long LIMIT = 8L * 1024 * 1024;

            /// Envoy's `minimum_ring_size`.
            public static final long LEAST = 1024;

            public Ring {
                if (least < 1 || most > LIMIT || least > most) {
                    throw new IllegalArgumentException(
                            "least, most: %d, %d (expected: from 1 to %d, and the second no less)"
                                    .formatted(least, most, LIMIT));
                }
            }
        }

        /// A table of which each host fills a share (Eisenbud et al., "Maglev: A Fast and Reliable
        /// Software Network Load Balancer", 2016).
        ///
        /// @param size a prime; Envoy's default is 65537
        record Maglev(int size) implements Shape {
            /// Envoy's `table_size`.
            public static final int SIZE = 65_537;

            /// The greatest that Envoy takes.
            public static final int LIMIT = 5_000_011;

            public Maglev {
                if (size > LIMIT || !isPrime(size)) {
                    throw new IllegalArgumentException(
                            "size: " + size + " (expected: a prime, at most " + LIMIT + ")");
                }
            }
        }
    }

    /// By what the points of a ring are found.
    public enum Function {
        XX_HASH,
        MURMUR_HASH_2
    }

    /// Whether a number has no divisors.
    public static boolean isPrime(long number) {
        if (number < 4) {
            return number > 1;
        }
        if (number % 2 == 0) {
            return false;
        }
        for (long divisor = 3; divisor * divisor <= number; divisor += 2) {
            if (number % divisor == 0) {
                return false;
            }
        }
        return true;
    }
}
