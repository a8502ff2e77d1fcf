/// What a proxy keeps on disk, so that it can start while its control plane is away.
///
/// A [Snapshot][KeptSnapshot] is everything the control plane sent that is in force, without what
/// is secret; [SnapshotFile] is where it is, and believes only what this proxy wrote itself.
/// [Attempts] remember over crashes what each process tried to run, and [SnapshotKeeper] decides
/// from all that what is begun with, what is held back, and what is written.
///
/// ```
///   directory/latest    what is in force, a second after the last change
///   directory/good      the last under which a process lived for a minute
///   directory/attempts  what each process tried that did not end as it was asked to
///   directory/suspects  what is held back, as three processes in a row ended under it
/// ```
@NullMarked
package dev.heddle.proxy.kept;

import org.jspecify.annotations.NullMarked;
