package dev.heddle.bench.report;

/// Where a run took place. Figures of two machines, or of a busy and a quiet one, don't compare.
///
/// @param processor the processor's name
/// @param cores how many the bench may use
/// @param kernel the kernel's release
/// @param java the JVM's version
/// @param stolenPercent share of the CPU time that the machine's host gave to others meanwhile
public record Machine(
        String processor, int cores, String kernel, String java, double stolenPercent) {}
