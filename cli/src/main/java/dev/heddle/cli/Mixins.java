package dev.heddle.cli;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.online.Api;
import dev.heddle.cli.online.ChangeFormat;
import dev.heddle.cli.online.Credentials;
import dev.heddle.cli.plan.Base;
import dev.heddle.cli.serve.AgentOptions;
import dev.heddle.cli.serve.ApiOptions;
import dev.heddle.cli.serve.BundleOptions;
import dev.heddle.cli.serve.OidcOptions;
import dev.heddle.cli.text.Failure;
import dev.heddle.model.Confined;
import dev.heddle.model.tree.Node;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Options that several commands have, so that they are called and explained the same everywhere.
/// Each command line that is read fills its own.
///
/// This file is long because each option is explained where it is declared.
@Confined("command line")
final class Mixins {
    private Mixins() {}

    /// Which running mesh.
    static final class ControlPlane {
        @Option(
                names = "--api",
                paramLabel = "URL",
                defaultValue = "${env:HEDDLE_API:-http://127.0.0.1:15080}",
                description = "The control plane (default: ${DEFAULT-VALUE}).")
        private String url = "";

        @Mixin private Access access = new Access();

        Api api(Machine machine) {
            return access.to(url, machine);
        }
    }

    /// Which running mesh, for commands that do without one.
    static final class PerhapsControlPlane {
        @Option(
                names = "--api",
                paramLabel = "URL",
                description = "A running mesh; with files, the mesh as they would make it.")
        private @Nullable String url;

        @Mixin private Access access = new Access();

        Optional<Api> api(Machine machine) {
            return Optional.ofNullable(url).map(it -> access.to(it, machine));
        }
    }

    /// Which configuration: files, or that of a running mesh where none are named.
    static final class FilesOrControlPlane {
        private static final String USUAL = "http://127.0.0.1:15080";

        @Option(
                names = "--config",
                paramLabel = "DIR",
                description = {
                    "Files or directories of YAML; may be repeated (default: what a running mesh",
                    "has)."
                })
        private @Nullable List<Path> paths;

        @Option(
                names = "--api",
                paramLabel = "URL",
                description = "The running mesh (default: $HEDDLE_API, or " + USUAL + ").")
        private @Nullable String url;

        @Mixin private Access access = new Access();

        Base base(Machine machine) {
            if (paths != null && url != null) {
                throw Failure.usage(
                        "--config and --api exclude each other", "name files, or a running mesh");
            }
            return paths == null
                    ? new Base.Mesh(
                            access.to(
                                    url == null
                                            ? machine.environment()
                                                    .getOrDefault("HEDDLE_API", USUAL)
                                            : url,
                                    machine))
                    : new Base.Files(paths);
        }
    }

    /// Who asks a control plane, and whom to believe to be it.
    static final class Access {
        @Option(
                names = "--token-file",
                paramLabel = "FILE",
                defaultValue = "${env:HEDDLE_TOKEN_FILE}",
                description = {
                    "What proves who asks (default: $HEDDLE_TOKEN_FILE, or as 'heddle user login'",
                    "left it, or a control plane on this machine for its own user)."
                })
        private @Nullable Path token;

        @Option(
                names = "--api-ca",
                paramLabel = "FILE",
                defaultValue = "${env:HEDDLE_API_CA}",
                description = {
                    "Whom to believe as the control plane over https, PEM (default:",
                    "$HEDDLE_API_CA, or whom the Java runtime believes)."
                })
        private @Nullable Path roots;

        @Option(
                names = "--allow-plaintext-api",
                description = {
                    "Lets tokens go over a network in plain text, where anybody on it can read",
                    "and use them."
                })
        private boolean allowsPlaintext;

        private Api to(String url, Machine machine) {
            return Credentials.api(
                    new Credentials.Said(
                            url,
                            Optional.ofNullable(token),
                            Optional.ofNullable(roots),
                            allowsPlaintext),
                    machine);
        }
    }

    /// Which namespace.
    static final class InNamespace {
        @Option(
                names = {"-n", "--namespace"},
                paramLabel = "NS",
                defaultValue = "default",
                description = "Namespace (default: ${DEFAULT-VALUE}).")
        private String name = "";

        String name() {
            return name;
        }
    }

    /// Which configuration, for commands that need no mesh.
    static final class Files {
        @Option(
                names = "--config",
                paramLabel = "DIR",
                required = true,
                description = "Files or directories of YAML; may be repeated.")
        private List<Path> paths = List.of();

        List<Path> paths() {
            return paths;
        }
    }

    /// Whether only to say what would happen.
    static final class DryRun {
        @Option(names = "--dry-run", description = "Says what would happen; changes nothing.")
        private boolean wanted;

        boolean wanted() {
            return wanted;
        }
    }

    /// Why something is changed.
    static final class Message {
        @Option(
                names = {"-m", "--message"},
                paramLabel = "TEXT",
                defaultValue = "",
                description = "Why, for the history.")
        private String text = "";

        String text() {
            return text;
        }
    }

    /// Whether to wait for the end.
    static final class Waiting {
        @Option(
                names = "--wait-s",
                paramLabel = "N",
                defaultValue = "0",
                description = "How long to wait, in seconds (default: ${DEFAULT-VALUE}).")
        private int seconds;

        int seconds() {
            return seconds;
        }
    }

    /// In which stages proxies have a change.
    static final class Stages {
        @Option(
                names = "--stages",
                paramLabel = "1%,25%,100%",
                description = {
                    "Some proxies have it first; a refusal, silence or a jump of errors takes it",
                    "back (default: all at once)."
                })
        private @Nullable String stages;

        @Option(
                names = "--hold",
                paramLabel = "TIME",
                description = "How long each stage is watched (default: 30s).")
        private @Nullable String hold;

        @Option(
                names = "--patience",
                paramLabel = "TIME",
                description = "How long proxies may take to acknowledge (default: 30s).")
        private @Nullable String patience;

        @Option(
                names = "--max-error-jump",
                paramLabel = "PERCENT",
                description = {
                    "How much more of its proxies' answers may be 5xx than before, in percentage",
                    "points (default: 5%)."
                })
        private @Nullable String errorJump;

        @Option(
                names = "--with-gateways",
                description = "Gateways take part in every stage, not only in the last.")
        private boolean withGateways;

        /// Empty for all at once.
        Optional<Node> wish() {
            if (stages == null) {
                if (hold != null || patience != null || errorJump != null || withGateways) {
                    throw Failure.usage(
                            "--hold, --patience, --max-error-jump and --with-gateways belong to"
                                    + " --stages",
                            "for example --stages 1%,25%,100% --hold 1m");
                }
                return Optional.empty();
            }
            return Optional.of(
                    Node.Mapping.EMPTY
                            .with("stages", stages)
                            .with("hold", hold == null ? "" : hold)
                            .with("patience", patience == null ? "" : patience)
                            .with("errorJump", errorJump == null ? "" : errorJump)
                            .with("withGateways", withGateways));
        }
    }

    /// For whom to print.
    static final class Printing {
        @Option(
                names = {"-o", "--output"},
                paramLabel = "text|json",
                defaultValue = "text",
                description = "Output format (default: ${DEFAULT-VALUE}).")
        private Output output = Output.TEXT;

        boolean json() {
            return output == Output.JSON;
        }
    }

    /// How to print what was changed.
    static final class ChangePrinting {
        @Option(
                names = {"-o", "--output"},
                paramLabel = "text|name|yaml|json",
                defaultValue = "text",
                description = "Output format (default: ${DEFAULT-VALUE}).")
        private ChangeFormat format = ChangeFormat.TEXT;

        ChangeFormat format() {
            return format;
        }
    }

    /// Where a control plane keeps its state, for commands beside it.
    static final class Data {
        @Option(
                names = "--data",
                paramLabel = "DIR",
                required = true,
                description = "The control plane's --data.")
        private Path directory = Path.of("");

        Path directory() {
            return directory;
        }
    }

    /// The certificate authority of a control plane.
    static final class Authority {
        @Option(
                names = "--trust-domain",
                paramLabel = "DOMAIN",
                defaultValue = "cluster.local",
                description = "Of the mesh's identities (default: ${DEFAULT-VALUE}).")
        private String trustDomain = "";

        @Option(
                names = "--ca-certs",
                paramLabel = "DIR",
                description = {
                    "An issuer to sign by: ca-cert.pem, ca-key.pem, root-cert.pem, cert-chain.pem",
                    "(default: one that is made at the first start)."
                })
        private @Nullable Path plugged;

        Optional<Path> plugged() {
            return Optional.ofNullable(plugged);
        }

        String trustDomain() {
            return trustDomain;
        }
    }

    /// Where other trust domains read whom the mesh believes.
    static final class BundleEndpoint {
        @Option(
                names = "--bundle-endpoint",
                paramLabel = "HOST:PORT",
                description = {
                    "Where other trust domains read whom the mesh believes, over TLS, by a",
                    "certificate of --ca (https_spiffe) or --bundle-cert (https_web)",
                    "(default: nowhere)."
                })
        private @Nullable String address;

        @Option(
                names = "--bundle-cert",
                paramLabel = "FILE",
                description = "The certificate for it, PEM; read again when it changes.")
        private @Nullable Path certificate;

        @Option(
                names = "--bundle-key",
                paramLabel = "FILE",
                description = "The key of --bundle-cert, PEM.")
        private @Nullable Path key;

        @Option(
                names = "--bundle-refresh-s",
                paramLabel = "N",
                defaultValue = "300",
                description = "How often they should read it again (default: ${DEFAULT-VALUE}).")
        private int refreshSeconds;

        Optional<BundleOptions> options(boolean hasAuthority) {
            return BundleOptions.of(
                    Optional.ofNullable(address),
                    Optional.ofNullable(certificate),
                    Optional.ofNullable(key),
                    Duration.ofSeconds(refreshSeconds),
                    hasAuthority);
        }
    }

    /// At which provider people sign in, too, and what they may do then.
    static final class Oidc {
        @Option(
                names = "--oidc-issuer",
                paramLabel = "URL",
                description = {
                    "Lets people sign in at that provider of OpenID Connect, too (default: with",
                    "accounts of this control plane only)."
                })
        private @Nullable String issuer;

        @Option(
                names = "--oidc-client",
                paramLabel = "ID",
                description = "What the provider calls this console.")
        private @Nullable String client;

        @Option(
                names = "--oidc-secret",
                paramLabel = "FILE",
                description = "A file with the client's secret; read at the start.")
        private @Nullable Path secret;

        @Option(
                names = "--oidc-scope",
                paramLabel = "NAME",
                description = {"To ask for beside openid; may be repeated (default: profile)."})
        private @Nullable List<String> scopes;

        @Option(
                names = "--oidc-name-claim",
                paramLabel = "CLAIM",
                description = "Which is the account's name (default: preferred_username).")
        private @Nullable String nameClaim;

        @Option(
                names = "--oidc-groups-claim",
                paramLabel = "CLAIM",
                description = {
                    "Which has the groups; a dot leads into it, as in realm_access.roles",
                    "(default: groups)."
                })
        private @Nullable String groupsClaim;

        @Option(
                names = "--oidc-role",
                paramLabel = "GROUP=ROLE[:NS]",
                description = {
                    "What a group may do, as in mesh-team=operator:shop; may be repeated. Who is",
                    "in no group with a role is not let in."
                })
        private @Nullable List<String> roles;

        @Option(
                names = "--oidc-page",
                paramLabel = "URL",
                description = {
                    "Where browsers find the console; the provider knows it with /signed-in as",
                    "the redirect URI (default: http://localhost:PORT of --api, where that is",
                    "this machine's alone and has no TLS)."
                })
        private @Nullable String page;

        @Option(
                names = "--oidc-ca",
                paramLabel = "FILE",
                description = {
                    "Whom to believe as the provider over https, PEM (default: whom the Java",
                    "runtime believes)."
                })
        private @Nullable Path roots;

        /// The same options once more, for another process.
        List<String> again() {
            var all = new ArrayList<String>();
            said("--oidc-issuer", issuer, all);
            said("--oidc-client", client, all);
            said("--oidc-secret", absolute(secret), all);
            for (String scope : scopes == null ? List.<String>of() : scopes) {
                said("--oidc-scope", scope, all);
            }
            said("--oidc-name-claim", nameClaim, all);
            said("--oidc-groups-claim", groupsClaim, all);
            for (String role : roles == null ? List.<String>of() : roles) {
                said("--oidc-role", role, all);
            }
            said("--oidc-page", page, all);
            said("--oidc-ca", absolute(roots), all);
            return all;
        }

        private static @Nullable String absolute(@Nullable Path file) {
            return file == null ? null : file.toAbsolutePath().toString();
        }

        private static void said(String option, @Nullable String value, List<String> all) {
            if (value != null) {
                all.add(option);
                all.add(value);
            }
        }

        Optional<OidcOptions> options(ApiOptions.Serving api) {
            return OidcOptions.of(
                    new OidcOptions.Said(
                            Optional.ofNullable(issuer),
                            Optional.ofNullable(client),
                            Optional.ofNullable(secret),
                            Optional.ofNullable(scopes),
                            Optional.ofNullable(nameClaim),
                            Optional.ofNullable(groupsClaim),
                            Optional.ofNullable(roles),
                            Optional.ofNullable(page),
                            Optional.ofNullable(roots)),
                    api);
        }
    }

    /// Who a proxy is, and from whom it has that.
    static final class Identity {
        @Option(
                names = "--ca",
                paramLabel = "HOST:PORT",
                description = "Where to ask for a certificate of the mesh.")
        private @Nullable String ca;

        @Option(
                names = "--identity",
                paramLabel = "DIR",
                description = "Where it is kept, as HEDDLE_IDENTITY of the node's metadata says.")
        private @Nullable Path directory;

        @Option(
                names = "--token-file",
                paramLabel = "FILE",
                description = "What proves who asks: a join token, or one of Kubernetes.")
        private @Nullable Path token;

        @Option(
                names = "--ca-roots",
                paramLabel = "FILE",
                description = "Whom to believe as the authority (default: as the join token says).")
        private @Nullable Path roots;

        @Option(
                names = "--cert-ttl-s",
                paramLabel = "N",
                defaultValue = "0",
                description = "How long certificates shall be good; 0 for as the authority has it.")
        private int seconds;

        Optional<AgentOptions> options() {
            if (ca == null && directory == null && token == null && roots == null) {
                return Optional.empty();
            }
            if (ca == null || directory == null) {
                throw Failure.usage(
                        "--ca and --identity belong together",
                        "name the certificate authority, and where the certificate is kept");
            }
            return Optional.of(
                    new AgentOptions(
                            ca,
                            directory,
                            Optional.ofNullable(token),
                            Optional.ofNullable(roots),
                            Duration.ofSeconds(seconds)));
        }
    }

    /// How a command prints.
    private enum Output {
        /// For people.
        TEXT,
        /// For programs.
        JSON;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
