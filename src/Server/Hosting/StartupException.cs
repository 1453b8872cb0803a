namespace Postern.Server.Hosting;

/// <summary>The gateway cannot start; the message is the one line the operator sees.</summary>
internal sealed class StartupException(string message, Exception? inner = null) : Exception(message, inner);
