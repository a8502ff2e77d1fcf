package dev.heddle.proxy.config;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.tls.Secret;
import dev.heddle.proxy.tls.SecretRef;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.JsonException;
import dev.heddle.xds.wire.WireException;
import envoy.service.discovery.v3.DiscoveryResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Secrets that are in files: whole ones (`path_config_source`), and certificates and keys that a
/// secret names (`filename`).
///
/// Files are read again and again instead of being watched: what is mounted from elsewhere tells of
/// no change, and a pair of files is not replaced in one step. A pair that does not fit together is
/// no news, so the last good one stays until the other file has followed.
@Confined("config thread")
final class SecretFiles {

    private static final Logger LOG = LoggerFactory.getLogger(SecretFiles.class);

    private final ResourceParser parser;
    private final Received received;
    private final Warming warming;
    private final InstantSource clock;
    private final Map<String, Secret> known = new HashMap<>();
    private final Map<String, String> mistakes = new HashMap<>();
    private final FileStamps stamps;

    SecretFiles(ResourceParser parser, Received received, Warming warming, InstantSource clock) {
        this.parser = parser;
        this.received = received;
        this.warming = warming;
        this.clock = clock;
        this.stamps = new FileStamps(clock);
    }

    /// Whether there is anything to look at again.
    boolean areUsed(Collection<SecretRef> refs) {
        return refs.stream().anyMatch(ref -> ref.source() instanceof SecretRef.Source.File)
                || received.of(XdsType.SECRET).values().stream()
                        .flatMap(entry -> entry.accepted().stream())
                        .anyMatch(delivery -> !files(delivery.body()).isEmpty());
    }

    /// Reads the files that were not read yet.
    void readNew(Collection<SecretRef> refs) {
        for (SecretRef ref : refs) {
            if (ref.source() instanceof SecretRef.Source.File(String path)
                    && !known.containsKey(ref.key())
                    && !mistakes.containsKey(ref.key())) {
                read(ref, path);
            }
        }
    }

    /// Reads all files again.
    void readAgain(Collection<SecretRef> refs) {
        for (SecretRef ref : refs) {
            switch (ref.source()) {
                case SecretRef.Source.File(String path) -> read(ref, path);
                case SecretRef.Source.ControlPlane(), SecretRef.Source.Bootstrap() ->
                        readDelivered(ref.key());
            }
        }
    }

    /// A secret that was sent and names files.
    private void readDelivered(String name) {
        Received.Entry entry = received.of(XdsType.SECRET).get(name);
        Optional<Any> body =
                entry == null ? Optional.empty() : entry.accepted().map(Received.Delivery::body);
        if (body.isEmpty()) {
            return;
        }
        List<String> files = files(body.get());
        if (!files.isEmpty() && !stamps.areOld(name, files)) {
            take(name, parser.secret(body.get()), body.get());
        }
    }

    private static List<String> files(Any body) {
        var prototype = envoy.extensions.transport_sockets.tls.v3.Secret.getDefaultInstance();
        try {
            return SecretParser.files(body.unpack(prototype));
        } catch (WireException e) {
            return List.of();
        }
    }

    private void read(SecretRef ref, String path) {
        try {
            Object tree = YamlTrees.read(path, Files.readString(Path.of(path)));
            var response =
                    BootstrapParser.MESSAGES.read(tree, DiscoveryResponse.getDefaultInstance());
            var prototype = envoy.extensions.transport_sockets.tls.v3.Secret.getDefaultInstance();
            for (Any resource : response.getResourcesList()) {
                if (resource.holds(prototype)
                        && resource.unpack(prototype).getName().equals(ref.name())) {
                    take(ref.key(), parser.secret(resource), resource);
                    return;
                }
            }
            complain(ref.key(), "'" + path + "' has no secret of that name");
        } catch (JsonException | WireException e) {
            // What the reader says may quote what it read.
            complain(ref.key(), "'" + path + "' is no file of resources (expected: JSON or YAML)");
        } catch (IOException | IllegalArgumentException e) {
            complain(ref.key(), "'" + path + "' cannot be read");
        }
    }

    private void take(String key, Parsed<Secret> parsed, Any body) {
        switch (parsed) {
            case Parsed.Accepted<Secret>(Secret secret, List<String> notes) -> {
                boolean isMended = mistakes.remove(key) != null;
                if (!secret.equals(known.put(key, secret)) || isMended) {
                    warming.putSecret(key, secret);
                    Received.Entry before = received.of(XdsType.SECRET).get(key);
                    received.accepted(
                            XdsType.SECRET,
                            key,
                            before != null && before.isStatic(),
                            new Received.Delivery(body, "", clock.instant()),
                            notes);
                }
            }
            case Parsed.Rejected<Secret> rejected -> complain(key, rejected.text(), body);
        }
    }

    private void complain(String key, String why) {
        complain(key, why, Any.getDefaultInstance());
    }

    private void complain(String key, String why, Any body) {
        if (!why.equals(mistakes.put(key, why))) {
            received.rejected(
                    XdsType.SECRET, key, new Received.Delivery(body, "", clock.instant()), why);
            LOG.warn("secret '{}': {}; the last good one stays", key, why);
        }
        warming.missSecret(key);
    }

    /// Forgets what nobody asks for.
    void retain(Collection<String> keys) {
        known.keySet().retainAll(keys);
        stamps.retain(keys);
        mistakes.keySet().retainAll(keys);
    }
}
