package dev.heddle.e2e;

import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.WorkloadAnnotations;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.core.EndpointSlice;
import dev.heddle.model.gatewayapi.XBackend;
import dev.heddle.model.istio.ServiceEntry;
import dev.heddle.model.istio.Sidecar;
import dev.heddle.model.istio.WorkloadEntry;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.Locality;
import dev.heddle.testkit.GoldenCase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a golden case's inputs say, with its workloads moved to where a test has echo backends.
///
/// @param world of the inputs
/// @param backends port of the loopback interface by destination, as in `reviews/v2`
/// @param moved where the ports really are that workloads say
public record CaseWorld(World world, Map<String, Integer> backends, Map<Integer, Integer> moved) {
    private static final Pattern SOCKET = Pattern.compile("unix:///own/([a-z]+\\.sock)");

    /// What cases write for an address that no other process has.
    public static final String SOME_ADDRESS = "127.7.7.7";

    /// Reads a case. A workload whose address is not the loopback's stays where it is: nobody
    /// answers there.
    ///
    /// @param portOf where the backend of that destination listens
    public static CaseWorld read(GoldenCase golden, ToIntFunction<String> portOf) {
        var backends = new LinkedHashMap<String, Integer>();
        var said = new ArrayList<Resource<?>>();
        golden.inputs().forEach(file -> said.addAll(parse(golden, file)));
        var resources = new ArrayList<Resource<?>>();
        for (Resource<?> resource : said) {
            resources.add(
                    resource.kind().equals(Kinds.WORKLOAD_ENTRY)
                            ? moved(resource, backends, portOf)
                            : resource.kind().equals(Kinds.SIDECAR)
                                    ? moved(resource, said, backends, portOf)
                                    : resource.kind().equals(Kinds.SERVICE_ENTRY)
                                            ? withEndpointsMoved(resource, backends, portOf)
                                            : resource);
        }
        var moved = new TreeMap<Integer, Integer>();
        said.stream()
                .filter(r -> r.spec() instanceof WorkloadEntry)
                .map(r -> (WorkloadEntry) r.spec())
                .filter(w -> backends.containsKey(name(w)))
                .forEach(w -> w.ports().values().forEach(p -> moved.put(p, backends.get(name(w)))));
        resources.replaceAll(
                r -> r.spec() instanceof EndpointSlice slice ? moved(r, slice, moved) : r);
        resources.replaceAll(r -> r.spec() instanceof XBackend spec ? moved(r, spec, moved) : r);
        MeshSettings settings =
                golden.keepsSignals()
                        ? MeshSettings.DEFAULT.keepingSignals()
                        : MeshSettings.DEFAULT;
        return new CaseWorld(World.of(1, Resources.of(resources), settings), backends, moved);
    }

    /// A URL of this machine itself, with the port where that workload really is.
    public String url(String said) {
        String url = said;
        for (String host : List.of("//localhost:", "//127.0.0.1:")) {
            for (Map.Entry<Integer, Integer> port : moved.entrySet()) {
                url = url.replace(host + port.getKey() + "/", host + port.getValue() + "/");
            }
        }
        return url;
    }

    /// The address of the loopback interface that this process has for itself, which stands for
    /// `127.7.7.7` in cases: listeners there have the ports that the case says, and another
    /// process's are elsewhere.
    public static String ownAddress() {
        int pid = (int) ProcessHandle.current().pid();
        return "127." + (64 + (pid >> 16) % 64) + "." + (pid >> 8 & 255) + "." + (pid & 255);
    }

    /// Where Unix sockets of cases are that begin with `/own/`.
    public static Path ownDirectory() {
        return Path.of(System.getProperty("java.io.tmpdir"))
                .resolve("heddle-" + ProcessHandle.current().pid());
    }

    /// The names of the Unix sockets that a case's workloads have.
    public static Set<String> sockets(GoldenCase golden) {
        var names = new TreeSet<String>();
        for (Path file : golden.inputs()) {
            try {
                Matcher matcher = SOCKET.matcher(Files.readString(file));
                while (matcher.find()) {
                    names.add(matcher.group(1));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return names;
    }

    /// Files of a case are called by paths below `/case`.
    private static List<Resource<?>> parse(GoldenCase golden, Path file) {
        try {
            String text =
                    Files.readString(file)
                            .replace("/case/", golden.directory().toAbsolutePath() + "/")
                            .replace("unix:///own/", "unix://" + ownDirectory() + "/")
                            .replace(SOME_ADDRESS, ownAddress());
            return ResourceReader.read(file.getFileName().toString(), text).resources();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Resource<?> moved(
            Resource<?> resource, Map<String, Integer> backends, ToIntFunction<String> portOf) {
        return new Resource<>(
                Kinds.WORKLOAD_ENTRY,
                resource.metadata(),
                moved((WorkloadEntry) resource.spec(), backends, portOf),
                resource.source());
    }

    private static Resource<?> withEndpointsMoved(
            Resource<?> resource, Map<String, Integer> backends, ToIntFunction<String> portOf) {
        ServiceEntry said = (ServiceEntry) resource.spec();
        return new Resource<>(
                Kinds.SERVICE_ENTRY,
                resource.metadata(),
                new ServiceEntry(
                        said.hosts(),
                        said.addresses(),
                        said.ports(),
                        said.location(),
                        said.resolution(),
                        said.endpoints().stream().map(e -> moved(e, backends, portOf)).toList(),
                        said.workloadSelector(),
                        said.exportTo(),
                        said.subjectAltNames(),
                        said.status()),
                resource.source());
    }

    private static WorkloadEntry moved(
            WorkloadEntry entry, Map<String, Integer> backends, ToIntFunction<String> portOf) {
        boolean isHere = entry.address().equals("127.0.0.1") || entry.address().equals("localhost");
        if (!isHere || entry.ports().isEmpty()) {
            return entry;
        }
        String destination = name(entry);
        int port = backends.computeIfAbsent(destination, portOf::applyAsInt);
        var ports = new TreeMap<String, Integer>();
        entry.ports().keySet().forEach(name -> ports.put(name, port));
        return new WorkloadEntry(
                entry.address(),
                ports,
                entry.labels(),
                entry.network(),
                entry.locality(),
                entry.weight(),
                entry.serviceAccount());
    }

    /// An EndpointSlice's ports are those of the workloads of the case that listen there.
    private static Resource<?> moved(
            Resource<?> resource, EndpointSlice said, Map<Integer, Integer> moved) {
        boolean isHere =
                said.endpoints().stream().allMatch(e -> e.addresses().contains("127.0.0.1"));
        return new Resource<>(
                Kinds.ENDPOINT_SLICE,
                resource.metadata(),
                new EndpointSlice(
                        said.addressType(),
                        said.endpoints(),
                        said.ports().stream()
                                .map(p ->
                                        new EndpointSlice.Port(
                                                p.name(),
                                                isHere
                                                        ? moved.getOrDefault(p.port(), p.port())
                                                        : p.port(),
                                                p.protocol(),
                                                p.appProtocol()))
                                .toList()),
                resource.source());
    }

    /// A Sidecar's endpoints are the workloads of the case that listen there.
    private static Resource<?> moved(
            Resource<?> resource,
            List<Resource<?>> all,
            Map<String, Integer> backends,
            ToIntFunction<String> portOf) {
        Sidecar said = (Sidecar) resource.spec();
        var ingress = new ArrayList<Sidecar.IstioIngressListener>();
        for (Sidecar.IstioIngressListener listener : said.ingress()) {
            String endpoint =
                    all.stream()
                            .filter(r -> r.kind().equals(Kinds.WORKLOAD_ENTRY))
                            .map(r -> (WorkloadEntry) r.spec())
                            .filter(w ->
                                    w.ports().values().stream()
                                            .anyMatch(p ->
                                                    listener.defaultEndpoint()
                                                            .equals("127.0.0.1:" + p)))
                            .findFirst()
                            .map(w -> backends.computeIfAbsent(name(w), portOf::applyAsInt))
                            .map(port -> "127.0.0.1:" + port)
                            .orElse(listener.defaultEndpoint());
            ingress.add(
                    new Sidecar.IstioIngressListener(
                            listener.port(),
                            listener.bind(),
                            listener.captureMode(),
                            endpoint,
                            listener.tls(),
                            listener.connectionPool()));
        }
        return new Resource<>(
                Kinds.SIDECAR,
                resource.metadata(),
                new Sidecar(
                        said.workloadSelector(),
                        ingress,
                        said.egress(),
                        said.inboundConnectionPool(),
                        said.outboundTrafficPolicy()),
                resource.source());
    }

    /// An XBackend is the workload of the case that listens there.
    private static Resource<?> moved(
            Resource<?> resource, XBackend said, Map<Integer, Integer> moved) {
        return new Resource<>(
                Kinds.X_BACKEND,
                resource.metadata(),
                new XBackend(
                        said.type(),
                        said.port()
                                .map(p ->
                                        new XBackend.Port(
                                                moved(p.number(), moved),
                                                moved(p.port(), moved),
                                                p.name())),
                        said.externalHostname(),
                        said.endpointSelector(),
                        said.protocol(),
                        said.tls(),
                        said.sessionPersistence()),
                resource.source());
    }

    private static OptionalInt moved(OptionalInt port, Map<Integer, Integer> moved) {
        return port.stream().map(n -> moved.getOrDefault(n, n)).findFirst();
    }

    private static String name(WorkloadEntry entry) {
        return entry.labels().getOrDefault("app", "")
                + "/"
                + entry.labels().getOrDefault("version", "");
    }

    /// Whether some call is made at a listener's own address, or needs names to be looked up, which
    /// takes a real machine.
    public static boolean isCalledElsewhere(GoldenCase golden) {
        return golden.yamlFile("calls.yaml").map(CallSheet::of).stream()
                .flatMap(sheet -> sheet.calls().stream())
                .anyMatch(call ->
                        call.at().isPresent()
                                || call.url().contains("//localhost:")
                                || call.url().contains(".invalid/"));
    }

    /// Whether the case is about redirected traffic, which a mesh without privileges can't play.
    public static boolean isRedirected(GoldenCase golden) {
        return "redirect".equals(scopeOption(golden, "interception"));
    }

    /// Whether TLS is what the case is about, which needs real sockets.
    public static boolean isSecured(GoldenCase golden) {
        return CaseCertificates.areThere(golden);
    }

    public static boolean isGateway(GoldenCase golden) {
        return "gateway".equals(scopeOption(golden, "role"));
    }

    private static Object scopeOption(GoldenCase golden, String key) {
        Map<?, ?> scope = golden.options().get("scope") instanceof Map<?, ?> map ? map : Map.of();
        Object value = scope.get(key);
        return value == null ? "" : value;
    }

    /// The scope of the case's own proxy.
    public static ProxyScope scope(GoldenCase golden, Interception interception) {
        String namespace = String.valueOf(scopeOption(golden, "namespace"));
        String home = namespace.isEmpty() ? "default" : namespace;
        var said =
                new ProxyScope(
                        isGateway(golden) ? Role.GATEWAY : Role.SIDECAR,
                        home,
                        texts(golden, "labels"),
                        home + ".svc.cluster.local",
                        "Kubernetes",
                        interception,
                        WorkloadAnnotations.read(texts(golden, "annotations"), home),
                        Locality.parse(String.valueOf(scopeOption(golden, "locality"))));
        String identity = String.valueOf(scopeOption(golden, "identity"));
        return identity.isEmpty()
                ? said
                : said.identified(
                        identity.replace("/case/", golden.directory().toAbsolutePath() + "/"));
    }

    private static Map<String, String> texts(GoldenCase golden, String key) {
        var texts = new TreeMap<String, String>();
        if (scopeOption(golden, key) instanceof Map<?, ?> map) {
            map.forEach((k, v) -> texts.put(String.valueOf(k), String.valueOf(v)));
        }
        return texts;
    }
}
