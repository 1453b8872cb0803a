namespace Postern.Server.Hosting;

/// <summary>Event ids 1900 to 1999.</summary>
internal static partial class Log
{
    [LoggerMessage(1906, LogLevel.Information, "{Files} open files are allowed: enough for about {Connections} connections. LimitNOFILE of the service, or ulimit -Hn, raises it")]
    public static partial void FilesAllowed(this ILogger logger, long files, long connections);

    [LoggerMessage(1900, LogLevel.Information, "Listening on {Endpoints}; database {Database}; region {Region}, account {Account}")]
    public static partial void Started(this ILogger logger, string endpoints, string database, string region, string account);

    [LoggerMessage(1907, LogLevel.Information, "Sealed {Count} secrets anew: the master key was rotated")]
    public static partial void Resealed(this ILogger logger, int count);

    [LoggerMessage(1901, LogLevel.Information, "Made the administrator; its keys are in {File}")]
    public static partial void AdministratorMade(this ILogger logger, string file);

    [LoggerMessage(1902, LogLevel.Information, "Draining: no new connections, requests under way are finished")]
    public static partial void Draining(this ILogger logger);

    [LoggerMessage(1903, LogLevel.Information, "Stopped")]
    public static partial void Stopped(this ILogger logger);

    [LoggerMessage(1904, LogLevel.Information, "The server certificate was renewed, valid until {NotAfter:u}")]
    public static partial void CertificateRenewed(this ILogger logger, DateTime notAfter);

    [LoggerMessage(1905, LogLevel.Error, "The server certificate could not be renewed: {Reason}")]
    public static partial void CertificateNotRenewed(this ILogger logger, string reason);
}
