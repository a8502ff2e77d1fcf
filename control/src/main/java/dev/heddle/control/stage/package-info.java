/// Changes that reach some proxies first, and more when these are content.
///
/// A change in stages is no file yet: [dev.heddle.control.world.WorldLoop] keeps a second world
/// with it, a [dev.heddle.control.world.Trial], which the pusher gives to those proxies that
/// [dev.heddle.control.stage.Stages] says. So to revert it is to forget it. When its last stage is
/// over its files are written, and it is a change like any other.
@NullMarked
package dev.heddle.control.stage;

import org.jspecify.annotations.NullMarked;
