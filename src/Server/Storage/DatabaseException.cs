namespace Postern.Server.Storage;

/// <summary>The database cannot be used as it is; the message says why and what to do. The gateway does not start.</summary>
internal sealed class DatabaseException(string message, Exception? inner = null) : Exception(message, inner);
