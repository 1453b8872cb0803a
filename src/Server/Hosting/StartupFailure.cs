using System.Data.Common;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using Postern.Server.Settings;
using Postern.Server.Storage;

namespace Postern.Server.Hosting;

/// <summary>Turns what can go wrong at start for reasons outside the program into one line.</summary>
internal static class StartupFailure
{
    /// <summary>Null for what is a fault of the program: that deserves its stack trace.</summary>
    public static string? Describe(Exception e, ServerOptions options)
    {
        var line = e switch
        {
            StartupException or DatabaseException or InvalidDataException => e.Message,
            IOException { InnerException: AddressInUseException } => $"The address is in use: {e.Message}",
            SocketException => $"Cannot listen on {string.Join(", ", options.Listen)}: {e.Message}",
            DbException => $"The database cannot be used: {e.Message}",
            IOException or UnauthorizedAccessException or CryptographicException => e.Message,
            _ => null,
        };
        return line?.ReplaceLineEndings(" ");
    }
}
