/// The rows of the benchmark set: what each one starts, asks and wants to see.
///
/// [Rows] is the list. Most rows are a [LoadRow]: several arms under load, in interleaved rounds.
@NullMarked
package dev.heddle.bench.row;

import org.jspecify.annotations.NullMarked;
