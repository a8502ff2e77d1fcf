package dev.heddle.console.api;

import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Keeps web pages of others out: a browser on this machine must not be made to change the mesh.
///
/// - A server that listens on this machine alone answers to this machine's names alone, so that a
///   page whose name was pointed to 127.0.0.1 (DNS rebinding) gets nothing.
/// - What changes something must come as no HTML form can send it: with a content type that forms
///   don't have, or with a header `X-Heddle`. Browsers ask before they let a page of another origin
///   do either, and nobody here says yes.
///
/// @param bound where the server listens
public record Guard(InetSocketAddress bound) {
    private static final Pattern LOOPBACK_4 = Pattern.compile("127(\\.\\d{1,3}){3}");
    private static final Set<String> OF_FORMS =
            Set.of("application/x-www-form-urlencoded", "multipart/form-data", "text/plain");

    /// Why a request is not let in; empty when it is.
    public Optional<ApiResponse> objection(ApiRequest request) {
        String host = request.header("host").orElse("");
        if (bound.getAddress() != null
                && bound.getAddress().isLoopbackAddress()
                && !isOurs(nameOf(host))) {
            return Optional.of(
                    ApiResponse.error(
                            403,
                            "host '" + host + "' is not a name of this server",
                            "header Host",
                            "Call it as localhost or 127.0.0.1"));
        }
        boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
        return reads ? Optional.empty() : objectionToChange(request, host);
    }

    private Optional<ApiResponse> objectionToChange(ApiRequest request, String host) {
        String type =
                request.header("content-type")
                        .map(t -> t.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))
                        .orElse("");
        boolean fromForm = type.isEmpty() || OF_FORMS.contains(type);
        if (fromForm && request.header("x-heddle").isEmpty()) {
            return Optional.of(
                    ApiResponse.error(
                            403,
                            "content type '" + type + "' could come from any web page",
                            "header Content-Type",
                            "Send application/yaml or application/json, or a header X-Heddle"));
        }
        Optional<String> origin = request.header("origin");
        if (origin.isPresent() && !isSameOrigin(origin.get(), host)) {
            return Optional.of(
                    ApiResponse.error(
                            403,
                            "origin '" + origin.get() + "' is another site",
                            "header Origin",
                            "Use this server's own page, or a program that is no browser"));
        }
        return Optional.empty();
    }

    private static boolean isSameOrigin(String origin, String host) {
        return origin.equalsIgnoreCase("http://" + host)
                || origin.equalsIgnoreCase("https://" + host);
    }

    /// Whether that is a name by which every machine calls itself.
    ///
    /// @param host with or without a port
    public static boolean isOfAnyMachine(String host) {
        String name = nameOf(host);
        return name.equals("localhost")
                || name.equals("[::1]")
                || LOOPBACK_4.matcher(name).matches();
    }

    private boolean isOurs(String name) {
        return isOfAnyMachine(name) || name.equals(bound.getHostString().toLowerCase(Locale.ROOT));
    }

    /// The host without its port.
    private static String nameOf(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        int colon = lower.lastIndexOf(':');
        return colon > lower.lastIndexOf(']') ? lower.substring(0, colon) : lower;
    }
}
