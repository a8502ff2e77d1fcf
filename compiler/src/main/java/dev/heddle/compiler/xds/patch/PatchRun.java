package dev.heddle.compiler.xds.patch;

import dev.heddle.model.istio.EnvoyFilter.ApplyTo;
import dev.heddle.xds.XdsType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The patches of one proxy, and which of them came to something.
final class PatchRun {
    private final List<Patch> patches;
    private final List<Touch> touches = new ArrayList<>();
    private final Set<Patch> used = new HashSet<>();

    PatchRun(List<Patch> patches) {
        this.patches = List.copyOf(patches);
    }

    /// Those that change things of that sort, in order.
    List<Patch> of(ApplyTo applyTo) {
        return patches.stream().filter(p -> p.applyTo() == applyTo).toList();
    }

    boolean has(ApplyTo applyTo) {
        return patches.stream().anyMatch(p -> p.applyTo() == applyTo);
    }

    /// A patch changed that resource.
    void touched(Patch patch, XdsType type, String resource) {
        used.add(patch);
        var touch = new Touch(type, resource, patch.what(), patch.origin());
        if (!touches.contains(touch)) {
            touches.add(touch);
        }
    }

    List<Touch> touches() {
        return touches;
    }

    /// Those that found nothing to change.
    List<Patch> unused() {
        return patches.stream().filter(p -> !used.contains(p)).toList();
    }
}
