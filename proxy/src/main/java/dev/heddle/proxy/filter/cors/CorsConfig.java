package dev.heddle.proxy.filter.cors;

import dev.heddle.proxy.route.Chance;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Which origins may do what (`envoy.extensions.filters.http.cors.v3.CorsPolicy`). What is empty is
/// not said.
///
/// @param origins that are allowed, any of them
/// @param methods as they are told, as in `GET,POST`; `*` for the one that is asked for
/// @param headers as they are told; `*` for those that are asked for
/// @param exposed headers that pages may read, as they are told
/// @param maxAge for how long an answer may be remembered, in seconds, as it is told
/// @param credentials whether cookies and the like may be sent
/// @param forwardsUnmatched whether a preflight request from an origin that is not allowed goes
///   upstream; so it is where nothing is said
/// @param privateNetwork whether pages of the Internet may ask here for what is not in it
/// @param enabled for which share of the requests
/// @param counted for which share of the requests origins are looked at and counted, where it is
///   not enabled
public record CorsConfig(
        List<Predicate<String>> origins,
        String methods,
        String headers,
        String exposed,
        String maxAge,
        Optional<Boolean> credentials,
        Optional<Boolean> forwardsUnmatched,
        Optional<Boolean> privateNetwork,
        Chance enabled,
        Chance counted) {

    public CorsConfig {
        origins = List.copyOf(origins);
    }

    boolean allows(String origin) {
        for (Predicate<String> allowed : origins) {
            if (allowed.test("*") || allowed.test(origin)) {
                return true;
            }
        }
        return false;
    }

    /// What counts where a virtual host says something, too: what is said here, else what is said
    /// there.
    public CorsConfig over(CorsConfig further) {
        return new CorsConfig(
                origins.isEmpty() ? further.origins : origins,
                said(methods, further.methods),
                said(headers, further.headers),
                said(exposed, further.exposed),
                said(maxAge, further.maxAge),
                credentials.or(() -> further.credentials),
                forwardsUnmatched.or(() -> further.forwardsUnmatched),
                privateNetwork.or(() -> further.privateNetwork),
                enabled,
                counted);
    }

    private static String said(String closer, String further) {
        return closer.isEmpty() ? further : closer;
    }
}
