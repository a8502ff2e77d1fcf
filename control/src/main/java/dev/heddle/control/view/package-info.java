/// What others may know of a running mesh, and the one way in which they may change it.
///
/// [dev.heddle.control.view.MeshView] is an immutable picture of one moment;
/// [dev.heddle.control.view.ConfigStore] takes and removes resources. The HTTP API and the console
/// stand on this package alone.
@NullMarked
package dev.heddle.control.view;

import org.jspecify.annotations.NullMarked;
