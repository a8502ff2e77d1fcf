package dev.heddle.cli;

import dev.heddle.model.kinds.Kinds;
import java.util.Iterator;

/// The kinds as a shell completes them: by their plural names, which say most.
final class KindWords implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
        return Kinds.ALL.stream().map(Kinds::word).iterator();
    }
}
