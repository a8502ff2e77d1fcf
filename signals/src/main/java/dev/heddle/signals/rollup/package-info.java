/// Adds up what is told of calls: by ten seconds for the last quarter of an hour, in memory; by
/// minute, and after a day by hour, in a file of SQLite.
@NullMarked
package dev.heddle.signals.rollup;

import org.jspecify.annotations.NullMarked;
