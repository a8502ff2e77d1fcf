/// What a proxy stops doing before its memory is in danger.
///
/// [OverloadConfig] says at which pressure which [OverloadAction] begins; [HeapWatch] measures, and
/// publishes an [OverloadState] that workers look at when a request or a connection comes.
@NullMarked
package dev.heddle.proxy.overload;

import org.jspecify.annotations.NullMarked;
