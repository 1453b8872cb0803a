using Postern.Cli.Output;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <summary>postern recordings key: what the gateway's signatures are checked with.</summary>
internal static class RecordingsKeyCommand
{
    public static Verb Build() => new Verb("key", "Print the public key that the gateway signs recordings with. Keep it apart from the recordings.", """
        Example:
          postern recordings key > gateway.key
          postern recordings verify --key gateway.key anna-07a16060613c408b5.prec
        """).Runs(async (result, token) =>
        {
            using var gateway = GatewayConnection.Open(GatewayOptions.Of(result));
            var key = await gateway.Client.CallAsync(RecordingOperations.GetRecordingKey, new GetRecordingKeyRequest(), token);
            await Console.Out.WriteLineAsync($"{key.Fingerprint} {key.PublicKey}");
            return ExitCodes.Ok;
        });
}
