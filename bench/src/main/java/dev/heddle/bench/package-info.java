/// The benchmark suite behind `./heddle bench`: whole processes beside their peers.
///
/// [BenchMain] is the launch code: the only place that reads the clock, the environment and the
/// file system's layout. It hands a [dev.heddle.bench.row.Stage] to each row, and what the rows
/// found to the reports.
@NullMarked
package dev.heddle.bench;

import org.jspecify.annotations.NullMarked;
