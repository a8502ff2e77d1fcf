package dev.heddle.cli;

import dev.heddle.cli.analyze.Analyze;
import dev.heddle.cli.analyze.Format;
import dev.heddle.cli.analyze.Suppression;
import dev.heddle.cli.analyze.Threshold;
import dev.heddle.cli.demo.DataPlane;
import dev.heddle.cli.demo.Demo;
import dev.heddle.cli.demo.DemoOptions;
import dev.heddle.cli.explain.Explain;
import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.offline.Compile;
import dev.heddle.cli.offline.CompleteBootstrap;
import dev.heddle.cli.offline.Configuration;
import dev.heddle.cli.offline.Convert;
import dev.heddle.cli.online.Api;
import dev.heddle.cli.online.Apply;
import dev.heddle.cli.online.Audit;
import dev.heddle.cli.online.BugReport;
import dev.heddle.cli.online.Changes;
import dev.heddle.cli.online.Cost;
import dev.heddle.cli.online.Dashboard;
import dev.heddle.cli.online.Delete;
import dev.heddle.cli.online.Get;
import dev.heddle.cli.online.GetFormat;
import dev.heddle.cli.online.Login;
import dev.heddle.cli.online.ProxyAdmin;
import dev.heddle.cli.online.ProxyConfig;
import dev.heddle.cli.online.ProxyPart;
import dev.heddle.cli.online.ProxyStatus;
import dev.heddle.cli.online.Slo;
import dev.heddle.cli.online.Stage;
import dev.heddle.cli.online.Top;
import dev.heddle.cli.online.Versions;
import dev.heddle.cli.online.Why;
import dev.heddle.cli.plan.RecordTests;
import dev.heddle.cli.serve.Addresses;
import dev.heddle.cli.serve.AgentOptions;
import dev.heddle.cli.serve.ApiOptions;
import dev.heddle.cli.serve.CaOptions;
import dev.heddle.cli.serve.Profile;
import dev.heddle.cli.serve.ServeAgent;
import dev.heddle.cli.serve.ServeControl;
import dev.heddle.cli.serve.ServeProxy;
import dev.heddle.cli.text.Failure;
import dev.heddle.cli.verify.ResultFormat;
import dev.heddle.cli.verify.Verify;
import dev.heddle.cli.warm.Rehearsal;
import dev.heddle.control.Release;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Every command of `heddle`: its name, its options, its help. Each method says what the command is
/// called with; what it does is elsewhere.
///
/// This file is long because it is the whole list, with every option's words.
@Command(
        name = "heddle",
        description = "A service mesh: control plane, proxies and tools.",
        version = Commands.NAME,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Also: './heddle test' runs all tests ('./heddle test --help'),",
            "      './heddle bench' measures ('./heddle bench --help').",
            "Every command has --help with an example.",
            "Exit codes: 0 fine, 1 findings or a failure, 2 wrong usage."
        })
final class Commands {
    private static final String VERSION = Release.VERSION;

    /// Which Heddle this is.
    static final String NAME = "heddle " + VERSION;

    private static final String MAIN_CLASS = HeddleMain.class.getName();

    private final Machine machine;

    Commands(Machine machine) {
        this.machine = machine;
    }

    @Command(
            name = "demo",
            mixinStandardHelpOptions = true,
            description = {
                "Runs Bookinfo in a mesh on this machine, with live traffic.",
                "Starts a control plane, a gateway and six workloads with a sidecar each, without"
                        + " privileges, and stops them all on Ctrl-C."
            },
            footer = {
                "",
                "Example:",
                "  heddle demo",
                "  heddle demo --data-plane envoy --no-traffic --config ./my-config"
            })
    int demo(
            @Option(
                            names = "--data-plane",
                            paramLabel = "heddle|envoy",
                            defaultValue = "heddle",
                            description = "Which proxy to run (default: ${DEFAULT-VALUE}).")
                    DataPlane dataPlane,
            @Option(names = "--no-traffic", description = "Makes no requests by itself.")
                    boolean noTraffic,
            @Option(
                            names = "--gateway-port",
                            paramLabel = "PORT",
                            defaultValue = "8080",
                            description = "Where the mesh is entered (default: ${DEFAULT-VALUE}).")
                    int gatewayPort,
            @Option(
                            names = "--console-port",
                            paramLabel = "PORT",
                            defaultValue = "15080",
                            description =
                                    "The control plane's API and page (default: ${DEFAULT-VALUE}).")
                    int consolePort,
            @Option(
                            names = "--config",
                            paramLabel = "DIR",
                            description = {
                                "A directory of YAML to watch.",
                                "Default: a copy of samples/bookinfo/config in the data directory."
                            })
                    Optional<Path> config,
            @Option(
                            names = "--data",
                            paramLabel = "DIR",
                            description = "Where logs and the like go (default: .heddle/demo).")
                    Optional<Path> data,
            @Mixin Mixins.Oidc oidc) {
        var options =
                new DemoOptions(
                        dataPlane,
                        !noTraffic,
                        gatewayPort,
                        consolePort,
                        config,
                        data.orElse(machine.home().resolve(".heddle/demo")),
                        oidc.again());
        // What cannot be said to the control plane is told before anything starts.
        var page = new InetSocketAddress(InetAddress.getLoopbackAddress(), consolePort);
        var _ = oidc.options(new ApiOptions.Serving.Plain(page));
        return Demo.run(options, machine, MAIN_CLASS);
    }

    @Command(
            name = "control",
            mixinStandardHelpOptions = true,
            description = "Runs a control plane until it is told to stop.",
            footer = {"", "Example:", "  heddle control --config ./mesh --data ./state"})
    int control(
            @Option(
                            names = "--config",
                            paramLabel = "DIR",
                            required = true,
                            description = "A directory of YAML to watch.")
                    Path config,
            @Option(
                            names = "--data",
                            paramLabel = "DIR",
                            required = true,
                            description = "Where versions and last good files are kept.")
                    Path data,
            @Option(
                            names = "--xds",
                            paramLabel = "HOST:PORT",
                            defaultValue = "127.0.0.1:15010",
                            description = {
                                "Where proxies connect in plain text, 'none' for nowhere: those",
                                "with a certificate connect at --ca (default: ${DEFAULT-VALUE})."
                            })
                    String xds,
            @Option(
                            names = "--allow-plaintext-xds",
                            description = {
                                "Lets --xds be reached from elsewhere: whoever reaches it is told",
                                "everything, secrets too."
                            })
                    boolean allowsXds,
            @Option(
                            names = "--api",
                            paramLabel = "HOST:PORT",
                            defaultValue = "127.0.0.1:15080",
                            description =
                                    "The API and the console page (default: ${DEFAULT-VALUE}).")
                    String api,
            @Option(
                            names = "--api-cert",
                            paramLabel = "FILE",
                            description = {
                                "Serves the API over TLS with that certificate, PEM; read again",
                                "when it changes (default: where --api can be reached from",
                                "elsewhere, one by the authority of --ca)."
                            })
                    Optional<Path> apiCertificate,
            @Option(
                            names = "--api-key",
                            paramLabel = "FILE",
                            description = "The key of --api-cert, PEM.")
                    Optional<Path> apiKey,
            @Option(
                            names = "--api-name",
                            paramLabel = "NAME",
                            description = {
                                "A name or an address by which the API is called, for a",
                                "certificate by --ca; may be repeated (default: the machine's)."
                            })
                    @Nullable List<String> apiNames,
            @Option(
                            names = "--allow-plaintext-api",
                            description = {
                                "Lets --api be reached from elsewhere without TLS: the network",
                                "between can read and take over tokens."
                            })
                    boolean allowsApi,
            @Option(
                            names = "--ca",
                            paramLabel = "HOST:PORT",
                            description = {
                                "Signs certificates of the mesh there and serves proxies that have",
                                "one, over TLS, as Istio does at 15012 (default: not at all)."
                            })
                    Optional<String> ca,
            @Mixin Mixins.BundleEndpoint bundles,
            @Mixin Mixins.Authority authority,
            @Option(
                            names = "--cert-ttl-s",
                            paramLabel = "N",
                            defaultValue = "86400",
                            description =
                                    "How long certificates are good (default: ${DEFAULT-VALUE}).")
                    int certificateSeconds,
            @Option(
                            names = "--token-issuer",
                            paramLabel = "URL",
                            defaultValue = "https://kubernetes.default.svc.cluster.local",
                            description =
                                    "Of service accounts' tokens (default: ${DEFAULT-VALUE}).")
                    String tokenIssuer,
            @Option(
                            names = "--token-audience",
                            paramLabel = "NAME",
                            defaultValue = "istio-ca",
                            description =
                                    "Of service accounts' tokens (default: ${DEFAULT-VALUE}).")
                    String tokenAudience,
            @Option(
                            names = "--token-jwks",
                            paramLabel = "FILE",
                            description = {
                                "Keys by which those are signed (default: none are taken)."
                            })
                    Optional<Path> tokenJwks,
            @Mixin Mixins.Oidc oidc,
            @Mixin SignalMixin signals,
            @Option(names = "--exit-on-stdin-eof", hidden = true) boolean withParent) {
        ApiOptions.Serving serving =
                new ApiOptions(
                                api,
                                apiCertificate,
                                apiKey,
                                apiNames == null ? List.of() : apiNames,
                                allowsApi)
                        .serving(ca.isPresent());
        var options =
                new CaOptions(
                        data,
                        authority.trustDomain(),
                        authority.plugged(),
                        Duration.ofSeconds(certificateSeconds),
                        tokenIssuer,
                        tokenAudience,
                        tokenJwks);
        return ServeControl.run(
                new ServeControl.Settings(
                        config,
                        data,
                        xds.equals("none")
                                ? Optional.empty()
                                : Optional.of(
                                        Addresses.local(
                                                "--xds", xds, "--allow-plaintext-xds", allowsXds)),
                        options.at(ca),
                        serving,
                        oidc.options(serving),
                        bundles.options(ca.isPresent()),
                        signals.options(allowsXds),
                        withParent),
                machine);
    }

    @Command(
            name = "proxy",
            mixinStandardHelpOptions = true,
            description = {
                "Runs a proxy from an Envoy v3 bootstrap until it is told to stop.",
                "The bootstrap is static, or names a control plane (ADS)."
            },
            footer = {"", "Example:", "  heddle proxy -c envoy.yaml"})
    int proxy(
            @Option(
                            names = {"-c", "--config-path"},
                            paramLabel = "BOOTSTRAP",
                            required = true,
                            description = "A file in YAML or JSON.")
                    Path bootstrap,
            @Option(
                            names = "--concurrency",
                            paramLabel = "N",
                            description = {
                                "Event loops, 0 for one for each processor (default: as the",
                                "bootstrap's node says in PROXY_CONFIG; else 0, a sidecar at",
                                "most two)."
                            })
                    @Nullable Integer workers,
            @Option(
                            names = "--profile",
                            paramLabel = "PROFILE",
                            defaultValue = "plain",
                            description = {
                                "How large it is made: sidecar is small and starts fast, gateway",
                                "has room for many connections, edge is a gateway to strangers",
                                "(Envoy's recommendations where the configuration is silent),",
                                "plain lies between (default: ${DEFAULT-VALUE})."
                            })
                    Profile profile,
            @Option(
                            names = "--drain-time-s",
                            paramLabel = "N",
                            description = {
                                "How long requests may take to end when listeners go or it stops",
                                "(default: as PROXY_CONFIG says; else 30 seconds)."
                            })
                    @Nullable Integer drainSeconds,
            @Option(
                            names = "--drain-strategy",
                            paramLabel = "STRATEGY",
                            defaultValue = "gradual",
                            description = {
                                "gradual asks clients to go one by one while listeners change or",
                                "are drained, immediate all with their next answer",
                                "(default: ${DEFAULT-VALUE})."
                            })
                    String drainStrategy,
            @Option(
                            names = "--minimum-drain-time-s",
                            paramLabel = "N",
                            description = {
                                "How long new connections are taken after a signal to stop",
                                "(default: as PROXY_CONFIG says; else 0 seconds)."
                            })
                    @Nullable Integer leastDrainSeconds,
            @Option(
                            names = "--termination-drain-time-s",
                            paramLabel = "N",
                            description = {
                                "How long the last connections may stay after that",
                                "(default: as PROXY_CONFIG says; else as --drain-time-s)."
                            })
                    @Nullable Integer lastDrainSeconds,
            @Option(
                            names = "--mass-removal-hold-s",
                            paramLabel = "N",
                            defaultValue = "60",
                            description = {
                                "How long clusters or listeners stay when the control plane takes",
                                "away more than half of them at once; 0 for not at all, as Envoy",
                                "(default: ${DEFAULT-VALUE} seconds)."
                            })
                    int removalHoldSeconds,
            @Option(
                            names = "--snapshot",
                            paramLabel = "DIR",
                            description = {
                                "Where to keep what the control plane sent, without private keys,",
                                "so that it can start while the control plane is away."
                            })
                    @Nullable Path snapshots,
            @Option(
                            names = "--allow-remote-admin",
                            description = {
                                "Lets all admin pages answer other machines, where the admin port",
                                "can be reached: whoever reaches it may read all and stop it",
                                "(default: /ready and /stats only)."
                            })
                    boolean allowsRemoteAdmin,
            @Mixin Mixins.Identity identity,
            @Option(names = "--exit-on-stdin-eof", hidden = true) boolean withParent) {
        return ServeProxy.run(
                new ServeProxy.Settings(
                        bootstrap,
                        profile,
                        number(workers),
                        new ServeProxy.Drain(
                                number(drainSeconds),
                                drainStrategy,
                                number(leastDrainSeconds),
                                number(lastDrainSeconds)),
                        removalHoldSeconds,
                        Optional.ofNullable(snapshots),
                        identity.options(),
                        allowsRemoteAdmin,
                        withParent),
                machine);
    }

    @Command(
            name = "agent",
            mixinStandardHelpOptions = true,
            description = {
                "Keeps a certificate of the mesh for a proxy that does not do so itself, and runs",
                "that proxy as soon as there is one. Its key is made here and never leaves."
            },
            footer = {
                "",
                "Example:",
                "  heddle agent --ca 127.0.0.1:15012 --identity ./id --token-file ./token \\",
                "      -- envoy -c envoy.yaml"
            })
    int agent(
            @Mixin Mixins.Identity identity,
            @Parameters(
                            paramLabel = "COMMAND",
                            arity = "0..*",
                            description = "The proxy with its arguments, after '--'.")
                    @Nullable List<String> command,
            @Option(names = "--exit-on-stdin-eof", hidden = true) boolean withParent) {
        AgentOptions options =
                identity.options()
                        .orElseThrow(() ->
                                Failure.usage(
                                        "--ca and --identity are missing",
                                        "name the certificate authority, and where the certificate"
                                                + " is kept"));
        return ServeAgent.run(options, command == null ? List.of() : command, withParent, machine);
    }

    private static OptionalInt number(@Nullable Integer said) {
        return said == null ? OptionalInt.empty() : OptionalInt.of(said);
    }

    @Command(
            name = "bootstrap",
            mixinStandardHelpOptions = true,
            description = {
                "Prints what to start a proxy with: its bootstrap with the EnvoyFilters' patches",
                "of it and with what ProxyConfigs say. Findings go to standard error.",
                "With --ca and --identity the proxy speaks with its control plane there, over TLS,",
                "and proves who it is by that identity."
            },
            footer = {
                "",
                "Example:",
                "  heddle bootstrap --config samples/bookinfo/config -c envoy.yaml > started.json",
                "  heddle bootstrap -c envoy.yaml --ca 10.0.0.1:15012 --identity ./id > s.json"
            })
    int bootstrap(
            @Option(
                            names = "--config",
                            paramLabel = "DIR",
                            description = {
                                "Files or directories of YAML; may be repeated (default: nothing",
                                "is patched)."
                            })
                    @Nullable List<Path> config,
            @Option(
                            names = {"-c", "--config-path"},
                            paramLabel = "BOOTSTRAP",
                            required = true,
                            description = "What it would start with otherwise, in YAML or JSON.")
                    Path bootstrap,
            @Option(
                            names = "--ca",
                            paramLabel = "HOST:PORT",
                            description = "Where the control plane serves who has a certificate.")
                    Optional<String> ca,
            @Option(
                            names = "--identity",
                            paramLabel = "DIR",
                            description = "Where the proxy's certificate is kept.")
                    Optional<Path> identity) {
        return CompleteBootstrap.run(
                config == null ? List.of() : config, bootstrap, ca, identity, machine);
    }

    @Command(
            name = "analyze",
            mixinStandardHelpOptions = true,
            description = {
                "Says what is wrong with configuration: of files, of a running mesh, or of the",
                "mesh as it would be with the files. Codes are istioctl's where it has one.",
                "Exit code 1 when a finding is as severe as --failure-threshold."
            },
            footer = {
                "",
                "Example:",
                "  heddle analyze samples/bookinfo/config my.yaml",
                "  heddle analyze --api http://127.0.0.1:15080 my.yaml",
                "  heddle analyze -o sarif --suppress 'IST0118=Service *.shop' config > out.sarif"
            })
    int analyze(
            @Parameters(
                            paramLabel = "PATH",
                            arity = "0..*",
                            description = "Files and directories of YAML; '-' for standard input.")
                    @Nullable List<Path> paths,
            @Mixin Mixins.PerhapsControlPlane mesh,
            @Option(
                            names = {"-o", "--output"},
                            paramLabel = "text|json|sarif",
                            defaultValue = "text",
                            description = "Output format (default: ${DEFAULT-VALUE}).")
                    Format format,
            @Option(
                            names = "--output-threshold",
                            paramLabel = "info|warning|error",
                            defaultValue = "info",
                            description = "The least that is printed (default: ${DEFAULT-VALUE}).")
                    Threshold shown,
            @Option(
                            names = "--failure-threshold",
                            paramLabel = "info|warning|error",
                            defaultValue = "warning",
                            description = "The least that fails (default: ${DEFAULT-VALUE}).")
                    Threshold failing,
            @Option(
                            names = {"-S", "--suppress"},
                            paramLabel = "CODE=RESOURCE",
                            description = {
                                "Leaves out a code for resources, as in 'IST0103=Pod *.testing';",
                                "may be repeated. Resources say it themselves by the annotation",
                                "galley.istio.io/analyze-suppress."
                            })
                    @Nullable List<String> suppress,
            @Option(
                            names = "--hints",
                            description =
                                    "Prints also what depends on workloads that nobody names.")
                    boolean hints,
            @Option(
                            names = "--fix",
                            description = {
                                "Mends in the files what needs no decision, and shows it:"
                                        + " spelling,",
                                "versions, weights in percent, the namespace of a host, older"
                                        + " fields."
                            })
                    boolean fix,
            @Mixin Mixins.DryRun dryRun) {
        Optional<Api> api = mesh.api(machine);
        if (paths == null && api.isEmpty()) {
            throw Failure.usage(
                    "there is nothing to analyze",
                    "name files or directories of YAML, '-' for standard input, or --api URL");
        }
        return Analyze.run(
                new Analyze.Question(
                        paths == null ? List.of() : paths,
                        api,
                        format,
                        shown,
                        failing,
                        suppress == null
                                ? List.of()
                                : suppress.stream().map(Suppression::parse).toList(),
                        hints,
                        fixing(paths, format, fix, dryRun.wanted())),
                machine);
    }

    private static Analyze.Fixing fixing(
            @Nullable List<Path> paths, Format format, boolean fix, boolean isDry) {
        if (!fix) {
            if (isDry) {
                throw Failure.usage("--dry-run is for --fix", "add --fix");
            }
            return Analyze.Fixing.NONE;
        }
        if (paths == null || paths.contains(Configuration.STANDARD_INPUT)) {
            throw Failure.usage("--fix needs files that it can write", "name files or directories");
        }
        if (format != Format.TEXT) {
            throw Failure.usage("--fix prints what it changes as text", "leave out -o");
        }
        return isDry ? Analyze.Fixing.SHOWN : Analyze.Fixing.WRITTEN;
    }

    @Command(
            name = "explain",
            mixinStandardHelpOptions = true,
            description =
                    "Says what becomes of one request, and which line of configuration decides it.",
            footer = {
                "",
                "Example:",
                "  heddle explain --config samples/bookinfo/config --from app=productpage \\",
                "      --request 'GET http://reviews:9080/reviews/0' -H 'end-user: jason'"
            })
    int explain(
            @Mixin Mixins.FilesOrControlPlane config,
            @Option(
                            names = "--from",
                            paramLabel = "KEY=VALUE[,…]",
                            required = true,
                            description = "Labels of the workload or gateway that sends it.")
                    String from,
            @Mixin Mixins.InNamespace namespace,
            @Option(
                            names = "--request",
                            paramLabel = "'METHOD URL'",
                            required = true,
                            description = {
                                "As in 'GET http://reviews:9080/reviews/0'. The URL may be one of"
                                        + " http, https, grpc, grpcs, ws, wss,",
                                "tcp or tls; without a method it is GET."
                            })
                    String request,
            @Option(
                            names = {"-H", "--header"},
                            paramLabel = "'name: value'",
                            description = "A header of the request; may be repeated.")
                    @Nullable List<String> headers,
            @Option(
                            names = "--caller",
                            paramLabel = "SPIFFE-ID",
                            description = {
                                "The name that the sender proves, or none for plain text.",
                                "Without, what its workload says."
                            })
                    Optional<String> caller,
            @Option(
                            names = "--source-ip",
                            paramLabel = "ADDRESS",
                            description = "The sender's address, where rules ask for it.")
                    Optional<String> source,
            @Option(
                            names = "--destination-ip",
                            paramLabel = "ADDRESS",
                            description = {
                                "The address that the sender calls, where the URL does not say it",
                                "and listeners or rules ask for it."
                            })
                    Optional<String> destination,
            @Option(
                            names = "--admin",
                            paramLabel = "HOST:PORT",
                            description = {
                                "The admin port of the sender's proxy, which is asked how its",
                                "hosts are now."
                            })
                    Optional<String> admin,
            @Mixin Mixins.Printing output) {
        var question =
                new Explain.Question(
                        config.base(machine),
                        from,
                        namespace.name(),
                        request,
                        headers == null ? List.of() : headers,
                        caller,
                        source,
                        destination,
                        admin.map(it -> Addresses.parse("--admin", it)));
        return Explain.run(question, output.json(), machine);
    }

    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = {
                "Runs MeshTests: whether a configuration does with requests what is expected.",
                "Offline; exit code 1 when a test fails, or a file has an error.",
                "With --record it writes such tests, out of access logs."
            },
            footer = {
                "",
                "Example:",
                "  heddle verify tests/ --config ./mesh",
                "  heddle verify --record --requests app=web@web.log --config ./mesh > web.yaml",
                "  heddle verify ./mesh --run '^jason' -o junit > results.xml"
            })
    int verify(
            @Parameters(
                            paramLabel = "PATH",
                            arity = "0..*",
                            description = {
                                "Files and directories with MeshTests, and with what counts for",
                                "them besides, as workloads; '-' for standard input (default: the",
                                "MeshTests of --config)."
                            })
                    @Nullable List<Path> paths,
            @Option(
                            names = "--config",
                            paramLabel = "DIR",
                            description = {
                                "Files or directories with what is tested; may be repeated."
                            })
                    @Nullable List<Path> config,
            @Option(
                            names = "--run",
                            paramLabel = "REGEX",
                            defaultValue = "",
                            description = "Runs only tests whose names match, somewhere.")
                    String run,
            @Option(
                            names = {"-o", "--output"},
                            paramLabel = "text|json|junit",
                            defaultValue = "text",
                            description = "Output format (default: ${DEFAULT-VALUE}).")
                    ResultFormat format,
            @Mixin RecordOptions record) {
        if (record.isWanted(machine)) {
            if (paths != null || !run.isEmpty() || format != ResultFormat.TEXT) {
                throw Failure.usage(
                        "--record runs no tests, it writes them",
                        "leave out the files with tests, --run and -o");
            }
            return RecordTests.run(record.question(config, machine), machine);
        }
        if (paths == null && config == null) {
            throw Failure.usage(
                    "there is nothing to verify",
                    "name files or directories with MeshTests, and --config with what they test");
        }
        return Verify.run(
                new Verify.Question(
                        paths == null ? List.of() : paths,
                        config == null ? List.of() : config,
                        run,
                        format),
                machine);
    }

    @Command(
            name = "convert",
            mixinStandardHelpOptions = true,
            description = {
                "Turns Istio's VirtualServices and Gateways, and Ingresses, into resources of the",
                "Gateway API, and says on standard error what cannot be carried over."
            },
            footer = {
                "",
                "Example:",
                "  heddle convert -f reviews.yaml --config samples/bookinfo/config",
                "  heddle convert --config ./mesh --out ./mesh-gateway-api --strict"
            })
    int convert(
            @Option(
                            names = {"-f", "--filename"},
                            paramLabel = "FILE",
                            description = {
                                "What to convert: files, directories, '-' for standard input; may",
                                "be repeated (default: all of --config)."
                            })
                    @Nullable List<Path> files,
            @Option(
                            names = "--config",
                            paramLabel = "DIR",
                            description = {
                                "What else there is, as the Services that rules name; may be",
                                "repeated."
                            })
                    @Nullable List<Path> config,
            @Option(
                            names = "--out",
                            paramLabel = "DIR",
                            description = {
                                "Writes a file there for each that is converted (default: prints",
                                "everything)."
                            })
                    Optional<Path> out,
            @Option(
                            names = {"-o", "--output"},
                            paramLabel = "yaml|json",
                            defaultValue = "yaml",
                            description = "Output format (default: ${DEFAULT-VALUE}).")
                    TreeFormat output,
            @Option(
                            names = "--strict",
                            description = "Exit code 1 when something cannot be carried over.")
                    boolean strict,
            @Option(
                            names = "--gateway-class",
                            paramLabel = "NAME",
                            defaultValue = "heddle",
                            description = "Of the Gateways (default: ${DEFAULT-VALUE}).")
                    String gatewayClass,
            @Option(
                            names = "--gateway-service",
                            paramLabel = "NAME.NAMESPACE",
                            description = {
                                "The Service of the gateways' proxies, where none of the files",
                                "says it, as in istio-ingressgateway.istio-system."
                            })
                    Optional<String> gatewayService) {
        return Convert.run(
                new Convert.Wish(
                        files == null ? List.of() : files,
                        config == null ? List.of() : config,
                        out,
                        output == TreeFormat.JSON,
                        strict,
                        gatewayClass,
                        gatewayService),
                machine);
    }

    @Command(
            name = "compile",
            mixinStandardHelpOptions = true,
            description = {
                "Prints what a proxy would be given, as an Envoy bootstrap with everything in it.",
                "Findings go to standard error."
            },
            footer = {
                "",
                "Example:",
                "  heddle compile --config samples/bookinfo/config --proxy app=productpage -o json"
            })
    int compile(
            @Mixin Mixins.Files config,
            @Option(
                            names = "--proxy",
                            paramLabel = "KEY=VALUE[,…]",
                            required = true,
                            description = "Labels of the proxy's workload, or of a gateway.")
                    String proxy,
            @Mixin Mixins.InNamespace namespace,
            @Option(
                            names = {"-o", "--output"},
                            paramLabel = "json|yaml",
                            defaultValue = "json",
                            description = "Output format (default: ${DEFAULT-VALUE}).")
                    TreeFormat output) {
        return Compile.run(
                config.paths(), proxy, namespace.name(), output == TreeFormat.YAML, machine);
    }

    @Command(
            name = "apply",
            mixinStandardHelpOptions = true,
            description = {
                "Puts resources in force in a running mesh, and takes others back.",
                "All that one call names comes in force as one version, or not at all when there is"
                        + " an error."
            },
            footer = {
                "",
                "Example:",
                "  heddle apply -f samples/bookinfo/try/reviews-80-20.yaml",
                "  heddle apply -f routes/ -f subsets.yaml --delete vs/old -m 'v3 for everybody'",
                "  heddle apply -f routes/ --stages 1%,25%,100% --hold 1m"
            })
    int apply(
            @Option(
                            names = {"-f", "--filename"},
                            paramLabel = "FILE",
                            description = "A file, a directory, or '-' for standard input.")
                    @Nullable List<Path> files,
            @Option(
                            names = "--delete",
                            paramLabel = "KIND/NAME",
                            completionCandidates = KindWords.class,
                            description = {
                                "An applied resource that goes in the same change;",
                                "may be repeated."
                            })
                    @Nullable List<String> deletions,
            @Mixin Mixins.Message message,
            @Mixin Mixins.Stages stages,
            @Mixin Mixins.InNamespace namespace,
            @Mixin Mixins.DryRun dryRun,
            @Mixin Mixins.ChangePrinting output,
            @Mixin Mixins.ControlPlane mesh) {
        var wish =
                new Apply.Wish(
                        files == null ? List.of() : files,
                        deletions == null ? List.of() : deletions,
                        namespace.name(),
                        message.text(),
                        stages.wish());
        var changes = new Changes(output.format(), dryRun.wanted(), machine);
        return Apply.run(mesh.api(machine), wish, changes, machine);
    }

    @Command(
            name = "get",
            mixinStandardHelpOptions = true,
            description = {
                "Shows what is in force in a running mesh, and what was found about it.",
                "Without a kind, or with 'all', it shows everything. 'get findings' lists all"
                        + " findings,",
                "with exit code 1 when there is an error or a warning. 'get rules' shows how often"
                        + " each",
                "rule of a VirtualService is chosen; 'get vs -o wide' lists those without a hit.",
                "'get certificates' (certs) shows when they end, and who uses them. 'get health'"
                        + " shows",
                "which endpoints get no requests, by which proxies and why."
            },
            footer = {
                "",
                "Example:",
                "  heddle get vs",
                "  heddle get rules",
                "  heddle get certs -A -o wide",
                "  heddle get health reviews.default.svc.cluster.local",
                "  heddle get virtualservice/reviews -o yaml"
            })
    int get(
            @Parameters(
                            paramLabel = "KIND[/NAME] | NAME",
                            arity = "0..*",
                            completionCandidates = KindWords.class,
                            description =
                                    "As kubectl takes them: 'vs', 'vs reviews', 'vs/reviews'.")
                    @Nullable List<String> words,
            @Mixin Mixins.InNamespace namespace,
            @Option(
                            names = {"-A", "--all-namespaces"},
                            description = "Of all namespaces.")
                    boolean everywhere,
            @Option(
                            names = {"-o", "--output"},
                            paramLabel = "table|wide|yaml|json|name",
                            defaultValue = "table",
                            description = "Output format (default: ${DEFAULT-VALUE}).")
                    GetFormat output,
            @Mixin Mixins.ControlPlane mesh) {
        var question =
                new Get.Question(
                        words == null ? List.of() : words, namespace.name(), everywhere, output);
        return Get.run(mesh.api(machine), question, machine);
    }

    @Command(
            name = "delete",
            mixinStandardHelpOptions = true,
            description = "Takes back resources that were applied.",
            footer = {
                "",
                "Example:",
                "  heddle delete vs/reviews",
                "  heddle delete -f samples/bookinfo/try/reviews-80-20.yaml"
            })
    int delete(
            @Parameters(
                            paramLabel = "KIND/NAME | KIND NAME",
                            arity = "0..*",
                            completionCandidates = KindWords.class,
                            description = "Which ones.")
                    @Nullable List<String> words,
            @Option(
                            names = {"-f", "--filename"},
                            paramLabel = "FILE",
                            description = "Those that a file, a directory or '-' names.")
                    @Nullable List<Path> files,
            @Mixin Mixins.InNamespace namespace,
            @Mixin Mixins.DryRun dryRun,
            @Mixin Mixins.ChangePrinting output,
            @Mixin Mixins.ControlPlane mesh) {
        return Delete.run(
                mesh.api(machine),
                words == null ? List.of() : words,
                files == null ? List.of() : files,
                namespace.name(),
                new Changes(output.format(), dryRun.wanted(), machine),
                machine);
    }

    @Command(
            name = "history",
            mixinStandardHelpOptions = true,
            description = {
                "Lists the versions of a running mesh, the newest first: since when, by whom, what",
                "they changed, and why."
            },
            footer = {"", "Example:", "  heddle history --limit 10"})
    int history(
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "100",
                            description = "How many at most (default: ${DEFAULT-VALUE}).")
                    int limit,
            @Mixin Mixins.Printing output,
            @Mixin Mixins.ControlPlane mesh) {
        return Versions.history(mesh.api(machine), limit, output.json(), machine);
    }

    @Command(
            name = "diff",
            mixinStandardHelpOptions = true,
            description = {
                "Shows how two versions of a running mesh differ, resource by resource.",
                "What is in Secrets is not shown. Exit code 1 when they differ."
            },
            footer = {"", "Example:", "  heddle diff v41 v42"})
    int diff(
            @Parameters(index = "0", paramLabel = "VERSION", description = "As in v41.")
                    String from,
            @Parameters(
                            index = "1",
                            arity = "0..1",
                            paramLabel = "VERSION",
                            description = "As in v42 (default: the newest).")
                    Optional<String> to,
            @Mixin Mixins.Printing output,
            @Mixin Mixins.ControlPlane mesh) {
        return Versions.diff(
                mesh.api(machine),
                Versions.number(from),
                to.map(Versions::number).orElse(""),
                output.json(),
                machine);
    }

    @Command(
            name = "rollback",
            mixinStandardHelpOptions = true,
            description = {
                "Puts in force what an earlier version said, as a new version.",
                "With --dry-run it shows the difference, and changes nothing."
            },
            footer = {"", "Example:", "  heddle rollback v41 -m 'too many errors'"})
    int rollback(
            @Parameters(index = "0", paramLabel = "VERSION", description = "As in v41.")
                    String version,
            @Option(
                            names = "--own-files",
                            description = {
                                "Writes files of the directory of configuration, too, that were",
                                "not applied."
                            })
                    boolean ownFiles,
            @Mixin Mixins.Message message,
            @Mixin Mixins.Stages stages,
            @Mixin Mixins.DryRun dryRun,
            @Mixin Mixins.ChangePrinting output,
            @Mixin Mixins.ControlPlane mesh) {
        var back =
                new Versions.Back(
                        Versions.number(version), ownFiles, message.text(), stages.wish());
        var changes = new Changes(output.format(), dryRun.wanted(), machine);
        return Versions.rollback(mesh.api(machine), back, changes, machine);
    }

    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = {
                "Says which version a running mesh has, who made it, and how many proxies run it.",
                "With --wait-s, exit code 1 when some do not after that time."
            },
            footer = {"", "Example:", "  heddle status --wait-s 30"})
    int status(
            @Mixin Mixins.Waiting waiting,
            @Mixin Mixins.Printing output,
            @Mixin Mixins.ControlPlane mesh) {
        return Stage.status(mesh.api(machine), waiting.seconds(), output.json(), machine);
    }

    @Command(
            name = "stage",
            mixinStandardHelpOptions = true,
            description = {
                "Says how far a change has come that reaches proxies in stages, takes it back, or",
                "puts it in force now.",
                "Exit code 1 when it was taken back, or is not over after --wait-s."
            },
            footer = {
                "",
                "Example:",
                "  heddle apply -f routes/ --stages 1%,25%,100%",
                "  heddle stage --wait-s 300",
                "  heddle stage abort"
            })
    int stage(
            @Parameters(
                            arity = "0..1",
                            paramLabel = "status|abort|promote",
                            defaultValue = "status",
                            description = "What to do (default: ${DEFAULT-VALUE}).")
                    Stage.Step step,
            @Mixin Mixins.Waiting waiting,
            @Mixin Mixins.Printing output,
            @Mixin Mixins.ControlPlane mesh) {
        return Stage.run(mesh.api(machine), step, waiting.seconds(), output.json(), machine);
    }

    @Command(
            name = "proxy-status",
            aliases = "ps",
            mixinStandardHelpOptions = true,
            description = {
                "Says which proxy runs which version of the mesh.",
                "Exit code 1 when a proxy refuses something."
            },
            footer = {"", "Example:", "  heddle proxy-status"})
    int proxyStatus(@Mixin Mixins.Printing output, @Mixin Mixins.ControlPlane mesh) {
        return ProxyStatus.run(mesh.api(machine), output.json(), machine);
    }

    @Command(
            name = "proxy-config",
            aliases = "pc",
            mixinStandardHelpOptions = true,
            description = {
                "Shows what the control plane gave a proxy last,",
                "or with --admin what the proxy itself says it runs."
            },
            footer = {
                "",
                "Example:",
                "  heddle proxy-config routes productpage-v1",
                "  heddle proxy-config clusters productpage-v1.default -o json",
                "  heddle proxy-config unsupported --admin 127.0.0.1:20010"
            })
    int proxyConfig(
            @Parameters(
                            index = "0",
                            paramLabel = "all|listeners|routes|clusters|endpoints|unsupported",
                            description = "Which part of it.")
                    ProxyPart part,
            @Parameters(
                            index = "1",
                            arity = "0..1",
                            paramLabel = "PROXY",
                            description = "Its id or its workload, as in 'heddle proxy-status'.")
                    Optional<String> proxy,
            @Option(
                            names = "--admin",
                            paramLabel = "HOST:PORT",
                            description = "Asks the proxy itself, at its admin port.")
                    Optional<String> admin,
            @Mixin Mixins.Printing output,
            @Mixin Mixins.ControlPlane mesh) {
        if (admin.isPresent()) {
            if (proxy.isPresent()) {
                throw Failure.usage(
                        "'%s' and --admin (expected: one of the two)".formatted(proxy.get()),
                        "with --admin, the address says which proxy is meant");
            }
            var address = Addresses.parse("--admin", admin.get());
            return ProxyAdmin.run(address, part, output.json(), machine);
        }
        String id =
                proxy.orElseThrow(() ->
                        Failure.usage(
                                "which proxy? (expected: PROXY or --admin HOST:PORT)",
                                "'./heddle proxy-status' lists them"));
        return ProxyConfig.run(mesh.api(machine), part, id, output.json(), machine);
    }

    @Command(
            name = "audit",
            mixinStandardHelpOptions = true,
            description = {
                "Shows who changed what in a running mesh, the newest first.",
                "It takes the role admin in the namespace, or in all."
            },
            footer = {"", "Example:", "  heddle audit -n shop --limit 20"})
    int audit(
            @Option(
                            names = {"-n", "--namespace"},
                            paramLabel = "NS",
                            defaultValue = "",
                            description = "Only of this namespace (default: of all).")
                    String namespace,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "100",
                            description = "How many at most (default: ${DEFAULT-VALUE}).")
                    int limit,
            @Mixin Mixins.Printing output,
            @Mixin Mixins.ControlPlane mesh) {
        return Audit.run(mesh.api(machine), namespace, limit, output.json(), machine);
    }

    @Command(
            name = "top",
            mixinStandardHelpOptions = true,
            description = {
                "Shows how many calls there are, how many fail and how long they take, the busiest",
                "first; on a terminal again and again, until Ctrl-C."
            },
            footer = {
                "",
                "Example:",
                "  heddle top",
                "  heddle top --by edge -n default --once -o json"
            })
    int top(
            @Option(
                            names = "--by",
                            paramLabel = "service|version|workload|edge|route",
                            defaultValue = "service",
                            description = "A line for each (default: ${DEFAULT-VALUE}).")
                    Top.By by,
            @Option(
                            names = {"-n", "--namespace"},
                            paramLabel = "NS",
                            defaultValue = "",
                            description = "Only what is called there (default: everywhere).")
                    String namespace,
            @Option(
                            names = "--service",
                            paramLabel = "HOST",
                            defaultValue = "",
                            description = "Only calls of this host, or of its first word.")
                    String service,
            @Option(
                            names = "--seconds",
                            paramLabel = "N",
                            defaultValue = "60",
                            description = "Of the last so many (default: ${DEFAULT-VALUE}).")
                    int seconds,
            @Option(names = "--once", description = "Prints it once.") boolean once,
            @Mixin Mixins.Printing output,
            @Mixin Mixins.ControlPlane mesh) {
        var question = new Top.Question(by, namespace, service, seconds);
        return Top.run(mesh.api(machine), question, once, output.json(), machine);
    }

    @Command(
            name = "slo",
            mixinStandardHelpOptions = true,
            description = {
                "Says how it stands with ServiceLevelObjectives: what was reached, what is left of",
                "their budgets, and how fast they burn; or prints rules for Prometheus.",
                "Exit code 1 when a budget burns too fast."
            },
            footer = {
                "",
                "Example:",
                "  heddle slo -n shop",
                "  heddle slo rules > /etc/prometheus/rules/slo.yaml"
            })
    int slo(
            @Parameters(
                            arity = "0..1",
                            paramLabel = "status|rules",
                            defaultValue = "status",
                            description = "What to print (default: ${DEFAULT-VALUE}).")
                    Slo.Part part,
            @Option(
                            names = {"-n", "--namespace"},
                            paramLabel = "NS",
                            defaultValue = "",
                            description = "Only those of this namespace (default: of all).")
                    String namespace,
            @Mixin Mixins.Printing output,
            @Mixin Mixins.ControlPlane mesh) {
        return Slo.run(mesh.api(machine), part, namespace, output.json(), machine);
    }

    @Command(
            name = "cost",
            mixinStandardHelpOptions = true,
            description = {
                "Shows what the mesh costs, by workload: processors and memory of its proxies,",
                "calls, bytes, and those between zones."
            },
            footer = {"", "Example:", "  heddle cost --hours 168 -n shop"})
    int cost(
            @Option(
                            names = "--hours",
                            paramLabel = "N",
                            defaultValue = "24",
                            description =
                                    "Of the last so many, this one among them"
                                            + " (default: ${DEFAULT-VALUE}).")
                    int hours,
            @Option(
                            names = {"-n", "--namespace"},
                            paramLabel = "NS",
                            defaultValue = "",
                            description = "Only workloads of this namespace (default: of all).")
                    String namespace,
            @Mixin Mixins.Printing output,
            @Mixin Mixins.ControlPlane mesh) {
        return Cost.run(mesh.api(machine), hours, namespace, output.json(), machine);
    }

    @Command(
            name = "bug-report",
            mixinStandardHelpOptions = true,
            description = {
                "Writes a zip file with what is to be known of a mesh that misbehaves: versions,",
                "configuration, findings, what proxies have and run, errors, metrics and history.",
                "Secrets, keys and tokens are hidden; its manifest says what was left out, and why."
            },
            footer = {
                "",
                "Example:",
                "  heddle bug-report",
                "  heddle bug-report --admin 127.0.0.1:20010 --log .heddle/demo/logs/control.log"
            })
    int bugReport(
            @Option(
                            names = "--out",
                            paramLabel = "FILE",
                            description =
                                    "The file to write (default: heddle-bug-report-TIME.zip).")
                    Optional<Path> out,
            @Option(
                            names = "--admin",
                            paramLabel = "HOST:PORT",
                            description =
                                    "The admin port of a proxy to ask itself; again for others.")
                    @Nullable List<String> admins,
            @Option(
                            names = "--log",
                            paramLabel = "FILE",
                            description = "A log, of which the last MiB goes in; again for others.")
                    @Nullable List<Path> logs,
            @Mixin Mixins.ControlPlane mesh) {
        return BugReport.run(
                mesh.api(machine),
                new BugReport.Wish(
                        out,
                        (admins == null ? List.<String>of() : admins)
                                .stream().map(it -> Addresses.parse("--admin", it)).toList(),
                        logs == null ? List.of() : logs),
                NAME,
                machine);
    }

    @Command(
            name = "why",
            mixinStandardHelpOptions = true,
            description = {
                "Says in a sentence why a request ended as it did, or why nobody served a",
                "connection, and what proxies told of it.",
                "Exit code 1 when nothing is known of it."
            },
            footer = {"", "Example:", "  heddle why 6b3f1c52-1f0e-9d53-a1f5-27c1b1e6f0aa"})
    int why(
            @Parameters(
                            paramLabel = "ID",
                            description = {
                                "Its x-request-id, or the id of its trace; of a connection that",
                                "carries no requests its client's address, as in 10.0.0.9:4711."
                            })
                    String id,
            @Mixin Mixins.Printing output,
            @Mixin Mixins.ControlPlane mesh) {
        return Why.run(mesh.api(machine), id, output.json(), machine);
    }

    @Command(
            name = "login",
            mixinStandardHelpOptions = true,
            description = {
                "Signs in at the provider of OpenID Connect that a running mesh knows.",
                "It prints an address and opens it in the browser of this machine, where there is",
                "one; or, with --device, it prints a code for any browser. The token is good for",
                "twelve hours; later commands find it by themselves, 'heddle user logout' ends it.",
                "With a password: 'heddle user login'."
            },
            footer = {"", "Example:", "  heddle login --api https://mesh.example.com"})
    int login(
            @Option(
                            names = "--device",
                            description = {
                                "Prints a code to type elsewhere, where the provider has such",
                                "logins: for machines without a browser."
                            })
                    boolean onDevice,
            @Option(
                            names = "--no-browser",
                            description = "Prints the address and opens no browser.")
                    boolean isQuiet,
            @Mixin Mixins.ControlPlane mesh) {
        if (onDevice && isQuiet) {
            throw Failure.usage("--no-browser: --device opens none", "leave one of them out");
        }
        var way = onDevice ? Login.Way.DEVICE : isQuiet ? Login.Way.ADDRESS : Login.Way.BROWSER;
        return Login.run(mesh.api(machine), way, machine);
    }

    @Command(
            name = "dashboard",
            mixinStandardHelpOptions = true,
            description = {
                "Prints a link to the console page that signs in whoever opens it;",
                "it is as secret as the token in it."
            },
            footer = {"", "Example:", "  heddle dashboard"})
    int dashboard(@Mixin Mixins.ControlPlane mesh) {
        return Dashboard.run(mesh.api(machine), machine);
    }

    @Command(
            name = "version",
            mixinStandardHelpOptions = true,
            description = "Says which Heddle this is.",
            footer = {"", "Example:", "  heddle version -o json"})
    int version(@Mixin Mixins.Printing output) {
        machine.out()
                .println(
                        output.json()
                                ? "{\"version\": \"%s\", \"java\": \"%s\"}"
                                        .formatted(VERSION, Runtime.version())
                                : "%s, Java %s".formatted(NAME, Runtime.version()));
        return 0;
    }

    @Command(
            name = "help",
            mixinStandardHelpOptions = true,
            description = "Shows what a command takes, as its --help does.",
            footer = {"", "Example:", "  heddle help explain"})
    int help(
            @Parameters(
                            arity = "0..1",
                            paramLabel = "COMMAND",
                            description = "Which one; without, all are listed.")
                    Optional<String> command) {
        machine.out().print(CommandLines.help(machine, command));
        return 0;
    }

    @Command(
            name = "completion",
            mixinStandardHelpOptions = true,
            description = "Prints a script that completes commands and options in a shell.",
            footer = {"", "Example:", "  source <(./heddle completion bash)"})
    int completion(
            @Parameters(
                            paramLabel = "bash|zsh",
                            defaultValue = "bash",
                            description = "The shell (default: ${DEFAULT-VALUE}).")
                    Shell shell) {
        machine.out().print(Completion.script(shell, CommandLines.of(machine)));
        return 0;
    }

    @Command(
            name = "warm",
            hidden = true,
            mixinStandardHelpOptions = true,
            description = "Loads what commands need, for the launcher's start-up cache.",
            footer = {"", "Example:", "  heddle warm"})
    int warm() throws IOException, InterruptedException {
        return Rehearsal.run(machine, MAIN_CLASS);
    }

    /// How configuration is printed.
    enum TreeFormat {
        /// As programs read it.
        JSON,
        /// Shorter to read.
        YAML;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
