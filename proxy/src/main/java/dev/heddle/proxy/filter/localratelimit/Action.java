package dev.heddle.proxy.filter.localratelimit;

import dev.heddle.proxy.http.HeaderName;
import java.net.InetAddress;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What is said of a request (`envoy.config.route.v3.RateLimit.Action`): an entry of a descriptor.
public sealed interface Action {
    /// Of the entry.
    String key();

    /// The entry's value; null where there is none for the request.
    @Nullable String value(Asking request);

    /// Always the same.
    record Same(String key, String value) implements Action {
        @Override
        public String value(Asking request) {
            return value;
        }
    }

    /// The same for requests of some kind.
    record When(String key, String value, Predicate<Asking> of) implements Action {
        @Override
        public @Nullable String value(Asking request) {
            return of.test(request) ? value : null;
        }
    }

    /// What a header says, the first of several.
    record Header(String key, HeaderName name) implements Action {
        @Override
        public @Nullable String value(Asking request) {
            return request.head().headers().get(name);
        }
    }

    /// The address that it comes from, or the range of addresses.
    ///
    /// @param bits4 that count of an address of IPv4, as a range; negative for the address itself
    /// @param bits6 of one of IPv6
    record Address(String key, int bits4, int bits6) implements Action {
        @Override
        public @Nullable String value(Asking request) {
            InetAddress from = request.from();
            return from == null ? null : AddressText.of(from, bits4, bits6);
        }
    }
}
