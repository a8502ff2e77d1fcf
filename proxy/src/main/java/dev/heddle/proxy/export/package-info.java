/// Sends what a worker has to tell, spans for one, to a collector: in batches, off the request's
/// way, and never more than one call at a time.
///
/// What is told is handed to a [BatchExporter], which keeps it until there is enough of it or
/// enough time has passed. What it cannot keep it drops, and counts. A batch is tried once: who
/// sends it again would have the collector take it twice.
@NullMarked
package dev.heddle.proxy.export;

import org.jspecify.annotations.NullMarked;
