/// The list of every kind of resource that the mesh knows.
@NullMarked
package dev.heddle.model.kinds;

import org.jspecify.annotations.NullMarked;
