/// Lowers settings of the mesh and of proxies: what listeners do with every connection.
@NullMarked
package dev.heddle.compiler.lower.mesh;

import org.jspecify.annotations.NullMarked;
