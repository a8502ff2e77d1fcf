package dev.heddle.control.ca;

import dev.heddle.compiler.world.MeshTrust;
import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.ConfigSource;
import dev.heddle.control.source.SourceState;
import dev.heddle.model.Confined;
import dev.heddle.model.core.ConfigMap;
import dev.heddle.xds.token.JsonText;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Adds what the authority has revoked to what the files say, as the ConfigMap by which Istio's
/// authority spreads it, so that it is versioned and compiled as everything else is.
@Confined("its monitor")
public final class RevocationSource implements ConfigSource.Sink {
    /// Under which name it is among the files.
    public static final String FILE = "authority/revoked";

    private static final Logger LOG = LoggerFactory.getLogger(RevocationSource.class);

    private final ConfigSource.Sink worlds;
    private final String namespace;
    private @Nullable SourceState files;
    private Revoked revoked = Revoked.NONE;

    /// @param worlds gets what the files say, with that
    /// @param namespace that is the mesh's root
    public RevocationSource(ConfigSource.Sink worlds, String namespace) {
        this.worlds = worlds;
        this.namespace = namespace;
    }

    /// Takes what is revoked now.
    public synchronized void learn(Revoked now) {
        if (now.text().equals(revoked.text())) {
            return;
        }
        revoked = now;
        LOG.info("certificate authority: {} lists of what was revoked", now.lists().size());
        if (files == null) {
            return;
        }
        try {
            var _ = worlds.put(merged(files));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized CompletableFuture<Long> put(SourceState state) throws InterruptedException {
        files = state;
        return worlds.put(merged(state));
    }

    private SourceState merged(SourceState state) {
        if (revoked.text().isEmpty()) {
            return state;
        }
        boolean isSaid =
                state.files().values().stream()
                        .flatMap(file -> file.resources().stream())
                        .anyMatch(r ->
                                r.spec() instanceof ConfigMap
                                        && r.metadata().name().equals(MeshTrust.CONFIG_MAP)
                                        && r.metadata().namespace().equals(namespace));
        if (isSaid) {
            LOG.warn(
                    "certificate authority: its lists of what was revoked count for nobody but"
                            + " itself, as there is a ConfigMap {}/{}",
                    namespace,
                    MeshTrust.CONFIG_MAP);
            return state;
        }
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("apiVersion", "v1");
        document.put("kind", "ConfigMap");
        document.put("metadata", Map.of("name", MeshTrust.CONFIG_MAP, "namespace", namespace));
        document.put("data", Map.of(MeshTrust.KEY, revoked.text()));
        String text = JsonText.write(document) + "\n";
        return state.with(ConfigFile.of(FILE, revoked.since(), text));
    }
}
