package dev.heddle.control.world;

import dev.heddle.compiler.check.Analysis;
import dev.heddle.compiler.world.World;
import dev.heddle.control.source.SourceState;
import dev.heddle.model.Diagnostic;
import java.time.Instant;
import java.util.List;

/// A world as it was published: with what it was made of, and what is wrong with it. Immutable.
///
/// Two editions may hold the same world, when only the findings changed.
///
/// @param analysis what is wrong with the world itself
/// @param hash of everything in the world but its number
/// @param inForce the resources that it was made of, with their files
/// @param findings those and all others, in reading order, each once
/// @param since when a world with this content was first published
/// @param statuses what statuses have beside what the world says
public record Edition(
        World world,
        Analysis analysis,
        String hash,
        InForce inForce,
        List<Diagnostic> findings,
        Instant since,
        StatusBook statuses) {

    public Edition {
        findings = List.copyOf(findings);
    }

    /// What is wrong with the world itself, in reading order.
    public List<Diagnostic> checks() {
        return analysis.findings();
    }

    /// The files that it was made of.
    public SourceState source() {
        return inForce.source();
    }

    /// The world's number.
    public long version() {
        return world.version();
    }
}
