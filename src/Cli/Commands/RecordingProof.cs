using System.Globalization;
using Postern.Cli.Output;
using Postern.Protocol.Recordings;
using Postern.Protocol.Recordings.Exports;

namespace Postern.Cli.Commands;

/// <summary>What a recording proves, said to a person.</summary>
/// <param name="Name">Of what was looked at: a file, or a session of a gateway.</param>
/// <param name="Session">Whose recording it has to be; null: anybody's.</param>
/// <param name="Trusted">Fingerprint of the key it has to be signed with; null: it was not said.</param>
/// <param name="TrustedBy">Who said so, for people.</param>
internal sealed record RecordingProof(string Name, string? Session, string? Trusted, string TrustedBy)
{
    /// <exception cref="CommandException">It is not as a gateway wrote it, or not the one that was asked for.</exception>
    public void Report(RecordingVerdict verdict)
    {
        var signer = verdict.Facts is { } facts ? RecordingSignature.FingerprintOf(facts.PublicKey) : "";
        if (verdict.State == RecordingState.Damaged)
            throw Failed($"{Name} is not as it was written. {verdict.Fault} {verdict.GoodChunks} chunks before it are good.");
        if (Trusted is not null && signer != Trusted)
            throw Failed($"{Name} names the key {signer}, not {Trusted}{TrustedBy}: this gateway did not make it.");
        var of = verdict.Facts!;
        if (Session is not null && of.SessionId != Session)
            throw Failed($"{Name} is the recording of another session, {of.SessionId}.");
        if (verdict.State == RecordingState.Open)
            throw Failed($"{Name} has no end: the session goes on, the gateway was stopped, or the rest was cut off. Its {verdict.GoodChunks} chunks are whole{(verdict.Fault is null ? "" : $"; {verdict.Fault}")} Nothing in it is signed yet.");
        // What is in the file was written by whoever made it: nothing of it steers the terminal, or reads like a line of ours.
        Console.Out.WriteLine(PlainLine.Of(string.Create(CultureInfo.InvariantCulture,
            $"{Name} is whole: {verdict.GoodChunks} chunks, signed by {signer}{(Trusted is null ? "" : TrustedBy)}. {of.Kind} of {of.Owner} on {of.Node}, session {of.SessionId}, begun {DateTimeOffset.FromUnixTimeMilliseconds(of.StartedAt):u}.")));
        if (verdict.State == RecordingState.Unfinished)
            Console.Out.WriteLine("The gateway did not see the session's end: it closed the recording later.");
        if (Trusted is null)
            Console.Out.WriteLine("Whose key that is was not looked at: compare it with postern recordings key, or give --key.");
    }

    private static CommandException Failed(string message) => new(PlainLine.Of(message), ExitCodes.SessionFailed);
}
