/// What a careful reader finds in a whole mesh: `heddle analyze`.
///
/// An [Analyzer] is a small class that asks one question of a [Subject] and has all its words in
/// one place; [Analyzers] is the list of them. They ask more, and take more time, than the checks
/// in `compiler.check`, which run with every change of a mesh: so they run for whoever asks only.
/// Where Istio has an analyzer for the question, codes and decisions are Istio's.
@NullMarked
package dev.heddle.compiler.analyze;

import org.jspecify.annotations.NullMarked;
