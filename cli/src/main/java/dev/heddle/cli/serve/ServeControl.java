package dev.heddle.cli.serve;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.process.ParentWatch;
import dev.heddle.cli.process.StopSignal;
import dev.heddle.cli.serve.ApiOptions.Serving;
import dev.heddle.cli.text.Failure;
import dev.heddle.console.ConsoleServer;
import dev.heddle.console.tls.ServerTls;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.access.Accounts;
import dev.heddle.control.access.LocalToken;
import dev.heddle.control.access.oidc.Doors;
import dev.heddle.control.ca.CaServer;
import dev.heddle.control.serving.CertificateSource;
import dev.heddle.control.world.DurableFile;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `heddle control`: runs a control plane.
public final class ServeControl {
    private static final Logger LOG = LoggerFactory.getLogger(ServeControl.class);

    private ServeControl() {}

    /// With what to run.
    ///
    /// @param config directory to watch
    /// @param data directory for state
    /// @param xds where proxies connect in plain text; empty for nowhere
    /// @param ca the certificate authority; empty for none
    /// @param api where people and the console do, and how
    /// @param oidc at which provider people sign in, too; empty for none
    /// @param bundles where other trust domains read whom the mesh believes; empty for nowhere
    /// @param signals what is kept of traffic; empty for nothing
    /// @param withParent whether to end when standard input does
    public record Settings(
            Path config,
            Path data,
            Optional<InetSocketAddress> xds,
            Optional<CaServer.Settings> ca,
            Serving api,
            Optional<OidcOptions> oidc,
            Optional<BundleOptions> bundles,
            Optional<SignalOptions> signals,
            boolean withParent) {}

    private static ControlBootstrap bootstrap(Settings settings) {
        if (settings.xds().isEmpty() && settings.ca().isEmpty()) {
            throw Failure.usage(
                    "--xds: none, and there is no --ca: no proxy could connect",
                    "add --ca HOST:PORT, where proxies with a certificate connect");
        }
        if (settings.ca().isEmpty()
                && settings.signals().flatMap(SignalOptions::https).isPresent()) {
            throw Failure.usage(
                    "--otlp-https: there is no --ca, so nobody has a certificate of the mesh",
                    "add --ca HOST:PORT; or take OTLP in plain text with --otlp-http");
        }
        ControlBootstrap said =
                ControlBootstrap.of(
                        settings.config().toAbsolutePath().normalize(),
                        settings.data().toAbsolutePath().normalize(),
                        settings.xds());
        ControlBootstrap all = settings.signals().isPresent() ? said.keepingSignals() : said;
        return settings.ca().map(all::signing).orElse(all);
    }

    private static Optional<ServerTls> tls(Serving serving, ControlPlane control)
            throws IOException {
        Optional<CertificateSource> source =
                switch (serving) {
                    case Serving.Plain _ -> Optional.empty();
                    case Serving.WithFiles(_, CertificateSource.Pair files) -> Optional.of(files);
                    case Serving.ByMesh(_, List<String> names) ->
                            Optional.of(
                                    new CertificateSource.OfMesh(
                                            control.authority().orElseThrow(), names));
                };
        return source.isPresent()
                ? Optional.of(ServerTls.start("API", source.get(), control.ownCertificates()))
                : Optional.empty();
    }

    private static Doors doors(Settings settings, ControlPlane control) {
        return new Doors(
                control.accounts(),
                settings.oidc().map(it -> it.start(control.accounts(), control.mesh().nanos())));
    }

    private static Closeable bundles(Settings settings, ControlPlane control) throws IOException {
        if (settings.bundles().isEmpty()) {
            return () -> {};
        }
        var server = settings.bundles().get().start(control);
        return server::close;
    }

    /// Where the command line of the same user finds what lets it in.
    private static Closeable local(Accounts accounts, InetSocketAddress api, Machine machine) {
        Path file = LocalToken.file(machine.userHome(), api.getPort());
        try {
            return LocalToken.keep(accounts, file);
        } catch (IOException e) {
            LOG.warn("no token for the command line of this machine in {}", file, e);
            return () -> {};
        }
    }

    /// Whoever is to use a mesh from elsewhere needs an account, and the first can be made by
    /// nobody. Its password is shown to whoever looks; where nobody does, it goes to a file, since
    /// what is printed may be a log.
    private static void introduceFirst(Accounts accounts, Settings settings, Machine machine)
            throws IOException {
        if (settings.api().address().getAddress().isLoopbackAddress()) {
            return;
        }
        Optional<String> password = accounts.first();
        if (password.isEmpty()) {
            return;
        }
        String text = "the user 'admin' has the password ";
        if (machine.terminal()) {
            machine.out().println("first start: " + text + password.get() + " (shown only now)");
            return;
        }
        Path file = settings.data().resolve("access/first-password");
        DurableFile.write(file, password.get() + "\n");
        machine.out().println("first start: " + text + "in " + file + "; remove that file");
    }

    /// Runs until the process is told to stop.
    public static int run(Settings settings, Machine machine) {
        if (!Files.isDirectory(settings.config())) {
            throw Failure.usage(
                    "--config: %s is no directory".formatted(settings.config()),
                    "name a directory of YAML files to watch");
        }
        var stop = StopSignal.ofThisProcess();
        if (settings.withParent()) {
            ParentWatch.onEnd(machine.in(), () -> System.exit(0));
        }
        var places = new KnownPlaces();
        try (var signals = KeptSignals.start(settings.signals(), settings.data(), places);
                var control = ControlPlane.start(bootstrap(settings), signals.services());
                var _ = signals.learn(control, places);
                var slos = signals.watch(control, settings.data());
                var console =
                        ConsoleServer.start(
                                settings.api().address(),
                                tls(settings.api(), control),
                                control.mesh(),
                                control.configStore(),
                                doors(settings, control),
                                control.audit(),
                                signals.kept(),
                                slos.kept());
                Closeable _ = bundles(settings, control);
                Closeable _ = signals.serveHttp();
                Closeable _ = signals.serveHttps(control);
                var _ = local(control.accounts(), console.address(), machine)) {
            introduceFirst(control.accounts(), settings, machine);
            stop.await();
            return 0;
        } catch (IOException e) {
            throw Failure.of("control plane: " + e.getMessage(), "");
        } finally {
            stop.done();
        }
    }
}
