package dev.heddle.compiler.lower.mesh;

import dev.heddle.compiler.ir.Access.Text;
import dev.heddle.compiler.ir.Authorizer;
import dev.heddle.compiler.ir.Authorizer.Protocol;
import dev.heddle.compiler.lower.alike.EnvoySyntax;
import dev.heddle.compiler.observe.ProviderServices;
import dev.heddle.compiler.service.ServiceCatalog;
import dev.heddle.model.FieldPath;
import dev.heddle.model.mesh.ExtensionProvider;
import dev.heddle.model.mesh.ExtensionProvider.AsksGrpc;
import dev.heddle.model.mesh.ExtensionProvider.AsksHttp;
import dev.heddle.model.mesh.ExtensionProvider.Body;
import dev.heddle.model.mesh.MeshConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The services that may be asked whether something may be done, as the mesh names them
/// (`extensionProviders`). One with a mistake is none: policies that name it refuse.
///
/// @param usable by name
/// @param problems what is wrong with the others
public record Authorizers(SortedMap<String, Authorizer> usable, List<Problem> problems) {
    private static final Duration USUAL_TIMEOUT = Duration.ofMinutes(10);
    private static final String NAME = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";

    /// Something that makes a provider unusable.
    ///
    /// @param path of the field
    public record Problem(FieldPath path, String text, String hint) {}

    public Authorizers {
        problems = List.copyOf(problems);
    }

    /// Those of a mesh.
    public static Authorizers of(Optional<MeshConfig> config, ServiceCatalog services) {
        return of(config, services, FieldPath.ROOT);
    }

    /// The same.
    ///
    /// @param at where the settings stand
    public static Authorizers of(
            Optional<MeshConfig> config, ServiceCatalog services, FieldPath at) {
        var reading = new Reading(services);
        List<ExtensionProvider> all = config.map(MeshConfig::extensionProviders).orElse(List.of());
        for (int i = 0; i < all.size(); i++) {
            reading.read(all.get(i), at.field("extensionProviders").index(i));
        }
        return new Authorizers(reading.usable, reading.problems);
    }

    private static final class Reading {
        private final ProviderServices services;
        private final SortedMap<String, Authorizer> usable = new TreeMap<>();
        private final List<Problem> problems = new ArrayList<>();
        private final Set<String> names = new HashSet<>();

        Reading(ServiceCatalog services) {
            this.services = new ProviderServices(services);
        }

        void read(ExtensionProvider provider, FieldPath path) {
            if (provider.envoyExtAuthzHttp().isEmpty() && provider.envoyExtAuthzGrpc().isEmpty()) {
                return;
            }
            int before = problems.size();
            if (!provider.name().matches(NAME)) {
                problem(
                        path.field("name"),
                        "'"
                                + provider.name()
                                + "' (expected: lower-case letters, digits and dashes, at most 63)",
                        "Policies cannot name it");
            } else if (!names.add(provider.name())) {
                problem(
                        path.field("name"),
                        "'" + provider.name() + "' is the name of another one",
                        "Policies that name it refuse what they match, give it another name");
                usable.remove(provider.name());
                return;
            }
            Authorizer read =
                    provider.envoyExtAuthzHttp()
                            .map(http ->
                                    http(provider.name(), http, path.field("envoyExtAuthzHttp")))
                            .or(() ->
                                    provider.envoyExtAuthzGrpc()
                                            .map(grpc ->
                                                    grpc(
                                                            provider.name(),
                                                            grpc,
                                                            path.field("envoyExtAuthzGrpc"))))
                            .orElseThrow();
            if (problems.size() == before) {
                usable.put(provider.name(), read);
            }
        }

        private void problem(FieldPath path, String text, String hint) {
            problems.add(new Problem(path, text, hint));
        }

        private Authorizer http(String name, AsksHttp http, FieldPath path) {
            String prefix = http.pathPrefix();
            if (!prefix.isEmpty() && !prefix.startsWith("/")) {
                wrong(path.field("pathPrefix"), "'" + prefix + "' (expected: beginning with /)");
            }
            List<String> told =
                    http.includeRequestHeadersInCheck().isEmpty()
                            ? http.includeHeadersInCheck()
                            : http.includeRequestHeadersInCheck();
            http.includeAdditionalHeadersInCheck()
                    .forEach((header, value) -> {
                        if (!isHeader(header, value)) {
                            wrong(
                                    path.field("includeAdditionalHeadersInCheck").field(header),
                                    "no header (expected: a name, and a value of one line)");
                        }
                    });
            ProviderServices.Found asked = service(http.service(), http.port(), path);
            return new Authorizer(
                    name,
                    asked.cluster(),
                    asked.host(),
                    timeout(http.timeout(), path),
                    http.failOpen(),
                    http.clearRouteCache(),
                    status(http.statusOnError(), path),
                    body(http.includeRequestBodyInCheck(), path),
                    new Protocol.Http(
                            prefix,
                            names(told, path.field("includeRequestHeadersInCheck")),
                            Map.copyOf(http.includeAdditionalHeadersInCheck()),
                            names(
                                    http.headersToUpstreamOnAllow(),
                                    path.field("headersToUpstreamOnAllow")),
                            names(
                                    http.headersToDownstreamOnDeny(),
                                    path.field("headersToDownstreamOnDeny")),
                            names(
                                    http.headersToDownstreamOnAllow(),
                                    path.field("headersToDownstreamOnAllow"))));
        }

        private static boolean isHeader(String name, String value) {
            return EnvoySyntax.isHeaderName(name)
                    && value.chars().allMatch(c -> c >= ' ' && c != 0x7f);
        }

        private Authorizer grpc(String name, AsksGrpc grpc, FieldPath path) {
            ProviderServices.Found asked = service(grpc.service(), grpc.port(), path);
            return new Authorizer(
                    name,
                    asked.cluster(),
                    asked.host(),
                    timeout(grpc.timeout(), path),
                    grpc.failOpen(),
                    grpc.clearRouteCache(),
                    status(grpc.statusOnError(), path),
                    body(grpc.includeRequestBodyInCheck(), path),
                    new Protocol.Grpc(List.of()));
        }

        private void wrong(FieldPath path, String text) {
            problem(path, text, "Policies that name it refuse what they match until then");
        }

        /// The mesh's service that is asked.
        private ProviderServices.Found service(String service, int port, FieldPath path) {
            ProviderServices.Found found = services.find(service, port, path);
            found.wrong().ifPresent(it -> wrong(it.path(), it.text()));
            return found;
        }

        private Duration timeout(Optional<Duration> said, FieldPath path) {
            Duration timeout = said.orElse(USUAL_TIMEOUT);
            if (timeout.isNegative() || timeout.isZero()) {
                wrong(path.field("timeout"), timeout + " (expected: more than 0)");
            }
            return timeout;
        }

        private int status(String said, FieldPath path) {
            if (said.isEmpty()) {
                return 0;
            }
            if (!Statuses.KNOWN.contains(said)) {
                wrong(
                        path.field("statusOnError"),
                        "'" + said + "' (expected: a status of HTTP, as in \"403\")");
                return 0;
            }
            return Integer.parseInt(said);
        }

        private Optional<Authorizer.Body> body(Optional<Body> said, FieldPath path) {
            return said.map(body -> {
                if (body.maxRequestBytes() < 1) {
                    wrong(
                            path.field("includeRequestBodyInCheck").field("maxRequestBytes"),
                            body.maxRequestBytes() + " (expected: >= 1)");
                }
                return new Authorizer.Body(
                        Math.max(1, body.maxRequestBytes()),
                        body.allowPartialMessage(),
                        body.packAsBytes());
            });
        }

        private List<Text> names(List<String> said, FieldPath path) {
            var names = new ArrayList<Text>();
            for (String each : said) {
                if (each.equals("*") || each.isEmpty()) {
                    wrong(path, "'" + each + "' (expected: a name, a prefix* or a *suffix)");
                } else if (each.startsWith("*")) {
                    names.add(new Text.Suffix(each.substring(1), true));
                } else if (each.endsWith("*")) {
                    names.add(new Text.Prefix(each.substring(0, each.length() - 1), true));
                } else {
                    names.add(new Text.Exact(each, true));
                }
            }
            return names;
        }
    }

    /// What Envoy knows as statuses.
    private static final class Statuses {
        static final Set<String> KNOWN =
                Set.copyOf(
                        Stream.of(
                                        "200 201 202 203 204 205 206 207 208 226",
                                        "300 301 302 303 304 305 307 308",
                                        "400 401 402 403 404 405 406 407 408 409 410 411 412 413",
                                        "414 415 416 417 421 422 423 424 426 428 429 431",
                                        "500 501 502 503 504 505 506 507 508 510 511")
                                .flatMap(line -> Stream.of(line.split(" ", -1)))
                                .toList());
    }
}
