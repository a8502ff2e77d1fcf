/// The machine under the bench: processes that are started and stopped, cores, `/proc`, tools.
///
/// Everything that is started belongs to a [Children], which stops it by its process id, whatever
/// ends the run.
@NullMarked
package dev.heddle.bench.system;

import org.jspecify.annotations.NullMarked;
