package dev.heddle.compiler.change;

/// One aspect in which two configurations treat a request differently.
///
/// @param before what only the first says
/// @param after what only the second says
public record Difference(Aspect aspect, Facet before, Facet after) {}
