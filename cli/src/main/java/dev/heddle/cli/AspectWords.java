package dev.heddle.cli;

import dev.heddle.compiler.change.Aspect;
import java.util.Iterator;
import java.util.stream.Stream;

/// The aspects of a plan, as a shell completes them.
final class AspectWords implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
        return Stream.of(Aspect.values()).map(Aspect::toString).iterator();
    }
}
