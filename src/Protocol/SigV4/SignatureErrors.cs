namespace Postern.Protocol.SigV4;

/// <summary>The refusals of a signature, in the codes and words AWS's own JSON services use.</summary>
internal static class SignatureErrors
{
    private const string IncompleteCode = "IncompleteSignatureException";
    private const string InvalidCode = "InvalidSignatureException";

    public static SignatureError Missing { get; } = new("MissingAuthenticationTokenException", "Missing Authentication Token");

    public static SignatureError Mismatch { get; } = new(InvalidCode,
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.");

    public static SignatureError NodeKeyMismatch { get; } = new(InvalidCode,
        "The request signature does not match the public key this node registered. Check that the node still holds the key it registered with.");

    public static SignatureError Incomplete(string message) => new(IncompleteCode, message);

    public static SignatureError Invalid(string message) => new(InvalidCode, message);

    public static SignatureError Expired(DateTimeOffset date, DateTimeOffset earliest, DateTimeOffset now, TimeSpan span) => Invalid(
        $"Signature expired: {SigV4Terms.FormatTime(date)} is now earlier than {SigV4Terms.FormatTime(earliest)} ({SigV4Terms.FormatTime(now)} - {Describe(span)}.)");

    public static SignatureError NotYetCurrent(DateTimeOffset date, DateTimeOffset latest, DateTimeOffset now, TimeSpan span) => Invalid(
        $"Signature not yet current: {SigV4Terms.FormatTime(date)} is still later than {SigV4Terms.FormatTime(latest)} ({SigV4Terms.FormatTime(now)} + {Describe(span)}.)");

    private static string Describe(TimeSpan span) =>
        span.Ticks % TimeSpan.TicksPerMinute == 0 ? FormattableString.Invariant($"{span.TotalMinutes} min") : FormattableString.Invariant($"{span.TotalSeconds} s");
}
