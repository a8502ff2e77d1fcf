package dev.heddle.control;

import dev.heddle.control.access.Accounts;
import dev.heddle.control.audit.AuditTrail;
import dev.heddle.control.ca.CaServer;
import dev.heddle.control.ca.RevocationSource;
import dev.heddle.control.federation.BundleSource;
import dev.heddle.control.health.HostHealths;
import dev.heddle.control.hits.RuleHits;
import dev.heddle.control.keys.KeySource;
import dev.heddle.control.keys.LoginKeySource;
import dev.heddle.control.meter.ControlMeters;
import dev.heddle.control.push.NodeClaims;
import dev.heddle.control.push.Pusher;
import dev.heddle.control.push.SharedCompiler;
import dev.heddle.control.serving.OwnCertificates;
import dev.heddle.control.source.ConfigReader;
import dev.heddle.control.source.FileConfigSource;
import dev.heddle.control.source.OwnFindings;
import dev.heddle.control.stage.Stages;
import dev.heddle.control.view.ConfigStore;
import dev.heddle.control.view.Mesh;
import dev.heddle.control.world.ChangeJournal;
import dev.heddle.control.world.WorldHistory;
import dev.heddle.control.world.WorldLoop;
import dev.heddle.control.world.WorldStore;
import dev.heddle.xds.server.CallMeter;
import dev.heddle.xds.server.GrpcHealth;
import dev.heddle.xds.server.XdsServer;
import dev.heddle.xds.server.XdsService;
import io.grpc.BindableService;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One control plane. Read [#start] from top to bottom: a change of configuration travels the same
/// way.
public final class ControlPlane implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);

    private final Optional<XdsServer> server;
    private final Optional<CaServer> ca;
    private final Mesh mesh;
    private final ConfigStore configStore;
    private final Accounts accounts;
    private final AuditTrail audit;
    private final OwnCertificates ownCertificates;

    /// What was started, the last first.
    private final Deque<AutoCloseable> parts;

    private ControlPlane(
            Optional<XdsServer> server,
            Optional<CaServer> ca,
            Mesh mesh,
            ConfigStore configStore,
            Accounts accounts,
            AuditTrail audit,
            OwnCertificates ownCertificates,
            Deque<AutoCloseable> parts) {
        this.server = server;
        this.ca = ca;
        this.mesh = mesh;
        this.configStore = configStore;
        this.accounts = accounts;
        this.audit = audit;
        this.ownCertificates = ownCertificates;
        this.parts = parts;
    }

    /// Starts a control plane. When this returns, proxies can connect; they are served as soon as
    /// the configuration was read.
    ///
    /// @throws IOException when a directory cannot be used or the address cannot be bound, with
    ///   what to do about it
    public static ControlPlane start(ControlBootstrap bootstrap) throws IOException {
        return start(bootstrap, List.of());
    }

    /// The same, with more that proxies may tell.
    ///
    /// @param beside served where xDS is, to the same callers
    /// @throws IOException as above
    public static ControlPlane start(ControlBootstrap bootstrap, List<BindableService> beside)
            throws IOException {
        var parts = new ArrayDeque<AutoCloseable>();
        try {
            return start(bootstrap, beside, parts);
        } catch (IOException | RuntimeException e) {
            closeAll(parts);
            throw e;
        }
    }

    private static ControlPlane start(
            ControlBootstrap bootstrap, List<BindableService> beside, Deque<AutoCloseable> parts)
            throws IOException {
        // What an earlier run knew comes first: its version numbers must not be given out again,
        // and its last good texts stand in for files that have been broken since.
        WorldStore store = WorldStore.open(bootstrap.data());
        parts.push(store);
        WorldStore.Last last = store.load();
        if (!Files.isDirectory(bootstrap.config()) && last.files().isEmpty()) {
            throw new IOException(
                    "config: " + bootstrap.config() + " (expected: a directory that is there)");
        }

        // Who may change anything is known before anybody can ask.
        Accounts accounts =
                Accounts.open(
                        bootstrap.data().resolve("access"), bootstrap.clock(), bootstrap.nanos());

        // So is who changes what, from what an earlier run knew on.
        AuditTrail audit =
                AuditTrail.open(
                        bootstrap.data().resolve("audit"),
                        bootstrap.config(),
                        last.files(),
                        bootstrap.clock());
        parts.push(audit);

        // A change that was being written when the last run was killed is ended before anybody
        // reads.
        var journal = new ChangeJournal(bootstrap.data(), bootstrap.config());
        try {
            journal.recover().ifPresent(audit::claim);
        } catch (IOException e) {
            LOG.error(
                    "a change that had been begun could not be ended; it may be in force by half",
                    e);
        }

        // Compiling is work for the processor, so there are no more threads than processors.
        ExecutorService compilers =
                Executors.newFixedThreadPool(
                        bootstrap.compilers(),
                        Thread.ofPlatform().name("compiler-", 0).daemon().factory());
        parts.push(compilers::shutdownNow);

        // The pusher stands between worlds and streams: it hears of both and compiles.
        var compiler = new SharedCompiler();
        var meters = new ControlMeters(bootstrap.nanos());
        var pusher =
                new Pusher(
                        meters.metered(compiler::compile),
                        compiler::compileTrial,
                        compilers,
                        bootstrap.clock());
        pusher.start();
        parts.push(pusher);

        // How often rules are chosen is counted beside; it hears of a world before any proxy does.
        var hits = new RuleHits(bootstrap.data(), bootstrap.clock(), bootstrap.nanos());
        hits.start();
        parts.push(hits);

        // The world loop decides what is in force, one decision at a time.
        var worlds =
                new WorldLoop(
                        store,
                        last,
                        bootstrap.settings(),
                        bootstrap.clock(),
                        audit::changeTo,
                        (edition, trial) -> {
                            meters.onPublished(edition);
                            hits.publish(edition);
                            audit.publish(edition);
                            pusher.publish(edition, trial);
                        });
        worlds.start();
        parts.push(worlds);

        // A change that some proxies have first is known before they can ask.
        var stages = Stages.open(bootstrap.data(), worlds, pusher, hits, audit, bootstrap.clock());

        // Whom proxies send no requests to is known as long as they say so.
        var health = new HostHealths();

        // What proxies are told, and tell, whichever port they come by. They wait until there is a
        // world, so that a start of the control plane takes nothing away from them.
        var xds =
                new XdsService(
                        meters.metered(pusher),
                        Optional.of(hits),
                        XdsServer.Settings.PATIENCE,
                        Stream.concat(beside.stream(), Stream.of(new GrpcHealth(health))).toList(),
                        Optional.of(new CallMeter(meters, bootstrap.nanos())));
        parts.push(xds);
        Optional<XdsServer> server = Optional.empty();
        if (bootstrap.xds().isPresent()) {
            server = Optional.of(listen(bootstrap.xds().get(), xds));
            parts.push(server.get());
        }

        // Keys that policies name are fetched on the way from the files to the world.
        var keys =
                KeySource.start(
                        worlds,
                        ControlBootstrap.keysFrom(),
                        last.files(),
                        bootstrap.settings().rootNamespace(),
                        bootstrap.clock(),
                        bootstrap.nanos());
        parts.push(keys);

        // So is whom other trust domains believe.
        var bundles =
                BundleSource.start(
                        keys,
                        bootstrap.bundlesFrom(),
                        new BundleSource.Mesh(
                                bootstrap.settings().home(), bootstrap.settings().trustDomain()),
                        last.files(),
                        bootstrap.clock(),
                        bootstrap.nanos());
        parts.push(bundles);

        // So is the key of logins, and what the authority has revoked.
        var logins =
                new LoginKeySource(
                        bundles,
                        bootstrap.data(),
                        bootstrap.settings().rootNamespace(),
                        new SecureRandom());
        var revocations = new RevocationSource(logins, bootstrap.settings().rootNamespace());

        // And so is what is wrong with the control plane itself, above all with its certificates.
        var own = new OwnFindings(revocations);
        var ownCertificates = new OwnCertificates(own, bootstrap.clock());

        // Whoever has no identity yet gets it here; who has one connects here, too.
        Optional<CaServer> ca = Optional.empty();
        if (bootstrap.ca().isPresent()) {
            ca =
                    Optional.of(
                            CaServer.start(
                                    bootstrap.ca().get(),
                                    bootstrap.clock(),
                                    xds,
                                    NodeClaims::refusal,
                                    issuer -> {
                                        revocations.learn(issuer.revoked());
                                        bundles.learn(issuer.roots());
                                    }));
            parts.push(ca.get());
        }

        // The source begins last, when everything that follows from a file is ready.
        ConfigReader reader = ConfigReader.RESOURCES;
        var files =
                FileConfigSource.start(
                        bootstrap.config(),
                        reader,
                        bootstrap.pace(),
                        last.files().stream()
                                .filter(file ->
                                        !file.name().equals(KeySource.FILE)
                                                && !file.name().equals(LoginKeySource.FILE)
                                                && !file.name().equals(BundleSource.FILE)
                                                && !file.name().equals(RevocationSource.FILE))
                                .toList(),
                        own,
                        bootstrap.nanos());
        parts.push(files);

        var mesh =
                new Mesh(
                        worlds,
                        pusher,
                        hits,
                        health,
                        ca,
                        ownCertificates,
                        bundles::status,
                        meters,
                        bootstrap.clock(),
                        bootstrap.nanos());
        // What was in force before can be seen, and put in force again.
        var history = new WorldHistory(bootstrap.data());
        var configStore =
                new ConfigStore(
                        journal,
                        history,
                        files,
                        worlds,
                        bootstrap.settings(),
                        audit,
                        stages,
                        bootstrap.clock());
        // It stops deciding before anything else stops: proxies that lose their streams to a
        // restart are not proxies that went away.
        stages.start(configStore::write);
        parts.push(stages);
        LOG.info(
                "control plane: xDS on {}, configuration in {}, state in {}",
                server.map(it -> text(it.address()) + " in plain text")
                        .orElse("no port in plain text"),
                bootstrap.config(),
                bootstrap.data());
        return new ControlPlane(
                server, ca, mesh, configStore, accounts, audit, ownCertificates, parts);
    }

    private static XdsServer listen(InetSocketAddress address, XdsService service)
            throws IOException {
        try {
            return XdsServer.start(address, service);
        } catch (IOException e) {
            throw new IOException(
                    "xDS on "
                            + text(address)
                            + ": "
                            + rootCause(e)
                            + ". Is another control plane running? Take another address with --xds",
                    e);
        }
    }

    private static String rootCause(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    private static String text(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }

    /// Where proxies connect in plain text, with the port that was taken.
    ///
    /// @throws IllegalStateException when there is no such port
    public InetSocketAddress xdsAddress() {
        return server.orElseThrow(() -> new IllegalStateException("no xDS in plain text"))
                .address();
    }

    /// Where certificates are asked for; empty where nobody signs any.
    public Optional<InetSocketAddress> caAddress() {
        return ca.map(CaServer::address);
    }

    /// What is known of the mesh.
    public Mesh mesh() {
        return mesh;
    }

    /// The way to change its configuration other than by files.
    public ConfigStore configStore() {
        return configStore;
    }

    /// Who may use that and see the mesh.
    public Accounts accounts() {
        return accounts;
    }

    /// Who changed what.
    public AuditTrail audit() {
        return audit;
    }

    /// What its servers show, those too that others start beside it.
    public OwnCertificates ownCertificates() {
        return ownCertificates;
    }

    /// Who signs the mesh's certificates; empty where nobody here does.
    public Optional<CaServer> authority() {
        return ca;
    }

    /// Stops in the reverse order of the start: nothing new is read, then proxies are told to
    /// connect elsewhere, then the rest ends. Proxies keep what they have.
    @Override
    public void close() {
        closeAll(parts);
        LOG.info("control plane: stopped");
    }

    private static void closeAll(Deque<AutoCloseable> parts) {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("{} did not stop properly", part, e);
            }
        }
    }
}
