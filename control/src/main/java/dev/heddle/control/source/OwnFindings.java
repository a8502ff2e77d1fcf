package dev.heddle.control.source;

import dev.heddle.model.Confined;
import dev.heddle.model.Diagnostic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Adds what is wrong with the control plane's own surroundings to what the files say, so that it
/// is found where everything else is. Callable from any thread.
@Confined("its monitor")
public final class OwnFindings implements ConfigSource.Sink {
    private final ConfigSource.Sink next;
    private final Map<String, List<Diagnostic>> known = new TreeMap<>();
    private @Nullable SourceState files;

    /// @param next gets what the files say, with the findings
    public OwnFindings(ConfigSource.Sink next) {
        this.next = next;
    }

    /// Takes what is wrong with something now, instead of what was said of it before.
    ///
    /// @param about what that is, a word for each
    public synchronized void tell(String about, List<Diagnostic> findings) {
        List<Diagnostic> before =
                findings.isEmpty() ? known.remove(about) : known.put(about, List.copyOf(findings));
        boolean isAsBefore = findings.equals(before == null ? List.of() : before);
        if (isAsBefore || files == null) {
            return;
        }
        try {
            var _ = next.put(merged(files));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized CompletableFuture<Long> put(SourceState state) throws InterruptedException {
        files = state;
        return next.put(merged(state));
    }

    private SourceState merged(SourceState state) {
        var all = new ArrayList<>(state.findings());
        known.values().forEach(all::addAll);
        return new SourceState(state.files(), all);
    }
}
