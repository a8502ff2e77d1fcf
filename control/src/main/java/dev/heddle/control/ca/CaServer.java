package dev.heddle.control.ca;

import dev.heddle.control.ca.CertificateAuthority.Lives;
import dev.heddle.xds.identity.SpiffeBundle;
import dev.heddle.xds.identity.SpiffeId;
import dev.heddle.xds.secret.CertificateHash;
import dev.heddle.xds.secret.CertificatePath;
import dev.heddle.xds.secret.PeerCheck;
import dev.heddle.xds.secret.TlsCertificate;
import dev.heddle.xds.secret.UnusableMaterial;
import dev.heddle.xds.server.Admission;
import dev.heddle.xds.server.Caller;
import dev.heddle.xds.server.Peer;
import dev.heddle.xds.server.XdsService;
import io.grpc.Server;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The certificate authority at its port, over TLS, and what the control plane says to proxies
/// beside it, as Istio has both at 15012. It shows a certificate that it has signed itself, and
/// takes those of callers that have one.
public final class CaServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CaServer.class);
    private static final int MOST_CALLS = 100;
    private static final Duration LONGEST_CONNECTION = Duration.ofMinutes(30);
    private static final Duration GRACE = Duration.ofSeconds(10);

    /// The account as which the control plane shows itself; nobody gets a token for it.
    public static final SpiffeId.Account SELF = new SpiffeId.Account("istio-system", "istiod");

    /// Under which names the control plane is called in a cluster.
    public static final List<String> NAMES =
            List.of(
                    "localhost",
                    "istiod.istio-system.svc",
                    "istiod.istio-system.svc.cluster.local");

    private final Server server;
    private final ScheduledExecutorService timer;
    private final Revocations revocations;
    private final Settings settings;
    private final AtomicReference<CertificateAuthority> authority;
    private final PeerCheck.Question believed;
    private final Admission admission;
    private final InstantSource clock;

    /// With what it runs.
    ///
    /// @param address port 0 takes any free one
    /// @param directory where its own issuer is kept, and tokens are
    /// @param plugged directory with an issuer of somebody else, in the layout of `cacerts`
    /// @param accounts tokens of Kubernetes that are taken; empty for none
    /// @param usualLife of certificates
    public record Settings(
            InetSocketAddress address,
            String trustDomain,
            Path directory,
            Optional<Path> plugged,
            Optional<ServiceAccountTokens> accounts,
            Duration usualLife) {
        public Settings {
            if (SpiffeId.parse("spiffe://" + trustDomain).isEmpty()) {
                throw new IllegalArgumentException(
                        "trust domain: '"
                                + trustDomain
                                + "' (expected: lower case letters, digits, '.', '-' and '_')");
            }
        }

        /// Certificates of a day by an issuer of its own.
        public static Settings of(InetSocketAddress address, String trustDomain, Path directory) {
            return new Settings(
                    address,
                    trustDomain,
                    directory,
                    Optional.empty(),
                    Optional.empty(),
                    Lives.NORMAL.usual());
        }
    }

    private CaServer(
            Server server,
            ScheduledExecutorService timer,
            Revocations revocations,
            Settings settings,
            AtomicReference<CertificateAuthority> authority,
            PeerCheck.Question believed,
            Admission admission,
            InstantSource clock) {
        this.server = server;
        this.timer = timer;
        this.revocations = revocations;
        this.settings = settings;
        this.authority = authority;
        this.believed = believed;
        this.admission = admission;
        this.clock = clock;
    }

    /// Where the tokens of an authority with that directory are.
    public static JoinTokens tokens(Path directory) {
        return new JoinTokens(directory.resolve("tokens"));
    }

    /// The root of the authority with that directory; it is made if there is none.
    ///
    /// @throws IOException when what is there cannot be used
    public static X509Certificate root(Settings settings, InstantSource clock) throws IOException {
        return roots(settings, clock).getFirst();
    }

    /// All roots that are believed, the one that signs first; as for [#root].
    ///
    /// @throws IOException when what is there cannot be used
    public static List<X509Certificate> roots(Settings settings, InstantSource clock)
            throws IOException {
        return place(settings, Lives.NORMAL).authority(clock.instant()).issuer().roots();
    }

    private static IssuerPlace place(Settings settings, Lives lives) {
        return settings.plugged()
                .<IssuerPlace>map(directory -> new IssuerPlace.Plugged(directory, lives))
                .orElseGet(() -> new IssuerPlace.Own(rotations(settings), lives));
    }

    private static Rotations rotations(Settings settings) {
        return new Rotations(settings.directory(), settings.trustDomain());
    }

    /// Opens the port, signs, and serves beside that whoever has a certificate.
    ///
    /// @param xds what is served; it outlives this
    /// @param admission says who may be which node there
    /// @param learned is told by whom it signs, whom it believes and what it has revoked, now and
    ///   whenever that changes
    /// @throws IOException when the issuer cannot be used or the address cannot be bound
    public static CaServer start(
            Settings settings,
            InstantSource clock,
            XdsService xds,
            Admission admission,
            Consumer<Issuer> learned)
            throws IOException {
        Rotations rotations = rotations(settings);
        var lives = new Lives(settings.usualLife(), Lives.NORMAL.longest());
        Files.createDirectories(settings.directory());
        rotations.issued().tidy(clock.instant());
        if (settings.plugged().isEmpty()) {
            // Whoever wrote down what he revoked may not have come to the list.
            new Revocations(rotations).settle(clock.instant());
        }
        IssuerPlace place = place(settings, lives);
        String mark = place.mark();
        CertificateAuthority first = place.authority(clock.instant());
        learned.accept(first.issuer());
        var authority = new AtomicReference<CertificateAuthority>(first);
        PeerCheck.Question believed =
                chain -> check(chain, authority.get(), settings.trustDomain(), clock);
        var callers =
                new Callers(
                        settings.trustDomain(), tokens(settings.directory()), settings.accounts());
        var own = new AdvancedTlsX509KeyManager();
        Runnable renewal = () -> renew(own, authority.get(), settings.trustDomain(), clock);
        renewal.run();
        ScheduledExecutorService timer =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("ca-renewal").daemon().factory());
        long half = Math.max(1, settings.usualLife().toMillis() / 2);
        var _ = timer.scheduleAtFixedRate(renewal, half, half, TimeUnit.MILLISECONDS);
        var watch =
                new IssuerWatch(
                        place,
                        clock,
                        mark,
                        next -> {
                            authority.set(next);
                            renewal.run();
                            learned.accept(next.issuer());
                        });
        var _ = timer.scheduleWithFixedDelay(watch::look, 500, 500, TimeUnit.MILLISECONDS);
        Predicate<X509Certificate> isRevoked =
                certificate -> {
                    watch.look();
                    return authority.get().issuer().revoked().has(List.of(certificate));
                };
        NettyServerBuilder builder =
                NettyServerBuilder.forAddress(settings.address())
                        .sslContext(tls(own, believed))
                        .addService(
                                new CaService(
                                                authority::get,
                                                callers,
                                                rotations.issued(),
                                                believed,
                                                isRevoked,
                                                clock)
                                        .definition())
                        .maxConcurrentCallsPerConnection(MOST_CALLS)
                        // Who stays shows his newest certificate now and then. Not all come at
                        // once: gRPC spreads it.
                        .maxConnectionAge(
                                atMost(LONGEST_CONNECTION, settings).toMillis(),
                                TimeUnit.MILLISECONDS)
                        .maxConnectionAgeGrace(
                                atMost(GRACE, settings).toMillis(), TimeUnit.MILLISECONDS);
        xds.serveProven(builder, believed, admission);
        Server server = builder.build();
        try {
            server.start();
        } catch (IOException e) {
            timer.shutdownNow();
            throw new IOException(
                    "certificate authority on %s: %s. Take another address with --ca"
                            .formatted(settings.address(), e.getMessage()),
                    e);
        }
        LOG.info(
                "certificate authority: on {}, trust domain {}, root {} until {}",
                server.getListenSockets().getFirst(),
                settings.trustDomain(),
                CertificateHash.of(first.issuer().roots().getFirst()).substring(0, 16),
                first.issuer().roots().getFirst().getNotAfter().toInstant());
        return new CaServer(
                server,
                timer,
                new Revocations(rotations),
                settings,
                authority,
                believed,
                admission,
                clock);
    }

    private static SpiffeId self(String trustDomain) {
        return SpiffeId.ofAccount(trustDomain, SELF.namespace(), SELF.name());
    }

    private static void renew(
            AdvancedTlsX509KeyManager own,
            CertificateAuthority authority,
            String trustDomain,
            InstantSource clock) {
        CertificateAuthority.Own made = authority.own(self(trustDomain), NAMES, clock.instant());
        var chain = new ArrayList<X509Certificate>(made.issued().chain());
        // With the root, so that who knows its hash can believe it.
        chain.add(authority.issuer().roots().getFirst());
        own.updateIdentityCredentials(
                chain.toArray(X509Certificate[]::new), made.key().getPrivate());
    }

    /// Whether somebody is of this mesh.
    private static void check(
            List<X509Certificate> chain,
            CertificateAuthority authority,
            String trustDomain,
            InstantSource clock)
            throws UnusableMaterial {
        CertificatePath.check(chain, authority.issuer().roots(), clock.instant());
        if (authority.issuer().revoked().has(chain)) {
            throw new UnusableMaterial("certificate is revoked");
        }
        boolean isOurs =
                SpiffeId.of(chain.getFirst())
                        .filter(id -> id.trustDomain().equals(trustDomain))
                        .isPresent();
        if (!isOurs) {
            throw new UnusableMaterial("certificate is not of trust domain '" + trustDomain + "'");
        }
    }

    /// Who renews in time, at half of a certificate's life, never meets its end.
    private static Duration atMost(Duration usual, Settings settings) {
        Duration part = settings.usualLife().dividedBy(5);
        return part.compareTo(usual) < 0 ? part : usual;
    }

    private static SslContext tls(AdvancedTlsX509KeyManager own, PeerCheck.Question believed)
            throws IOException {
        try {
            return GrpcSslContexts.configure(SslContextBuilder.forServer(own), SslProvider.JDK)
                    .trustManager(new PeerCheck(PeerCheck.Side.CLIENT, believed))
                    .clientAuth(ClientAuth.OPTIONAL)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .build();
        } catch (IOException e) {
            throw new IOException("certificate authority: TLS: " + e.getMessage(), e);
        }
    }

    /// Where it listens, with the port that it got.
    public InetSocketAddress address() {
        return (InetSocketAddress) server.getListenSockets().getFirst();
    }

    /// A new certificate for another server of the control plane.
    ///
    /// @param hosts names and addresses under which it is called
    public TlsCertificate own(List<String> hosts) {
        CertificateAuthority.Own made =
                authority.get().own(self(settings.trustDomain()), hosts, clock.instant());
        return new TlsCertificate(made.issued().chain(), made.key().getPrivate());
    }

    /// What tells whether such a server should have another one: when somebody else signs, and when
    /// half of its life is over.
    public String ownMark() {
        long half = Math.max(1, settings.usualLife().toMillis() / 2);
        return CertificateHash.of(authority.get().issuer().certificate())
                + " "
                + clock.instant().toEpochMilli() / half;
    }

    /// Whether another server of the control plane is to believe a client. Callable from any
    /// thread.
    public PeerCheck.Question believed() {
        return believed;
    }

    /// Who calls at such a server; empty for who has no certificate of the mesh that is good now. A
    /// connection may be older than a change of whom to believe.
    ///
    /// @param chain that he has shown, the leaf first
    /// @param address for people to read
    public Optional<Caller> caller(List<X509Certificate> chain, String address) {
        try {
            believed.check(chain);
        } catch (UnusableMaterial _) {
            return Optional.empty();
        }
        return SpiffeId.of(chain.getFirst())
                .map(id -> new Caller(new Peer(address, Optional.of(id)), admission));
    }

    /// Whom the mesh believes now, the signing root first.
    public List<X509Certificate> roots() {
        return authority.get().issuer().roots();
    }

    /// Whom the mesh believes, for other trust domains.
    ///
    /// @param hint how often that should be read again
    /// @throws IOException when the bundle's number cannot be kept
    public SpiffeBundle bundle(Duration hint) throws IOException {
        return new PublishedBundle(settings.directory()).of(roots(), hint, clock.instant());
    }

    /// What it has signed and has not ended.
    ///
    /// @throws IOException when it cannot be read
    public List<Revocations.Certificate> issued(Instant now) throws IOException {
        return revocations.all(now);
    }

    @Override
    public void close() {
        timer.shutdownNow();
        server.shutdownNow();
    }
}
