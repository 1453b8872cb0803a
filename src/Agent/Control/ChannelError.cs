using System.Text.RegularExpressions;
using Postern.Protocol.AwsJson;

namespace Postern.Agent.Control;

/// <summary>
/// Reads the refusal of a channel: XML with Code and Message, XML whose element is the code (&lt;AccessDeniedException&gt;), or JSON.
/// </summary>
internal static partial class ChannelError
{
    private const int LongestMessage = 500;

    public static AwsErrorException Parse(string body, int status)
    {
        var code = First(CodePattern, body) ?? First(TypePattern, body) ?? First(ElementPattern, body) ?? $"HTTP {status}";
        var message = First(MessagePattern, body) ?? (body.Length > LongestMessage ? body[..LongestMessage] : body);
        return new AwsErrorException(code, message.Length == 0 ? "no reason was given" : message, status);
    }

    private static string? First(Regex pattern, string text) => pattern.Match(text) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex("<Code>([^<]{1,200})</Code>", RegexOptions.IgnoreCase)]
    private static partial Regex CodePattern { get; }

    [GeneratedRegex("\"__type\"\\s*:\\s*\"(?:[^\"#]{0,100}#)?([A-Za-z.]{1,100})")]
    private static partial Regex TypePattern { get; }

    [GeneratedRegex("<([A-Za-z]{1,60}Exception)>")]
    private static partial Regex ElementPattern { get; }

    [GeneratedRegex("(?:<message>|\"message\"\\s*:\\s*\")([^<\"]{1,500})", RegexOptions.IgnoreCase)]
    private static partial Regex MessagePattern { get; }
}
