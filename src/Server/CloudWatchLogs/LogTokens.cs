using System.Globalization;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Logs;

namespace Postern.Server.CloudWatchLogs;

/// <summary>Page tokens, with the error that this service gives for a wrong one.</summary>
internal static class LogTokens
{
    /// <exception cref="AwsErrorException">InvalidParameterException.</exception>
    public static string Read(string scope, string? token)
    {
        try
        {
            return PageToken.Read(scope, token);
        }
        catch (AwsErrorException e)
        {
            throw LogResources.Invalid($"The specified nextToken is invalid. {e.Message}");
        }
    }

    public static string Write(LogPlace place) => string.Create(CultureInfo.InvariantCulture, $"{place.Time}/{place.Id}");

    /// <summary>The opposite of <see cref="Write"/>; null for what it did not write.</summary>
    public static LogPlace? Place(string text)
    {
        var slash = text.IndexOf('/');
        return slash > 0 && long.TryParse(text.AsSpan(0, slash), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var time)
            && long.TryParse(text.AsSpan(slash + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id) ? new LogPlace(time, id) : null;
    }
}
