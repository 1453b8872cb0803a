using System.Text.Json;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;

namespace Postern.Client;

/// <summary>The person's side of the handshake: answers what the node asks for and remembers what was agreed.</summary>
internal sealed class ClientHandshake(string sessionId, bool wantExitCode)
{
    private const int Success = 1, Failed = 2, Unsupported = 3;

    private string? _agentVersion;
    private SessionTypeParameters? _type;
    private string? _destinationError;

    /// <summary>What this end takes of the node's offer; null when it made none.</summary>
    public PosternOffer? Agreed { get; private set; }

    /// <summary>The node has asked: data before the end of the handshake is not a shell's.</summary>
    public bool Requested { get; private set; }

    /// <summary>Throws InvalidDataException when the request cannot be read.</summary>
    public HandshakeResponseContent Answer(ReadOnlySpan<byte> payload)
    {
        Requested = true;
        var request = Read(payload, MessagesJsonContext.Default.HandshakeRequestContent, "HandshakeRequest");
        _agentVersion = request.AgentVersion;
        var processed = new List<ProcessedClientAction>();
        foreach (var action in request.RequestedClientActions ?? [])
            processed.Add(Process(action));
        if (request.Postern is { } offer)
        {
            _destinationError = offer.DestinationError;
            Agreed = new PosternOffer
            {
                MaxPayload = Math.Clamp(offer.MaxPayload, DataStreamOptions.StockPayload, DataStreamOptions.LargestPayload),
                ExtendedMux = offer.ExtendedMux,
                ExitCode = offer.ExitCode && wantExitCode,
                NoDigest = offer.NoDigest,
                CumulativeAcks = offer.CumulativeAcks,
            };
        }
        return new HandshakeResponseContent
        {
            ProcessedClientActions = processed,
            Errors = Errors(processed),
            Postern = Agreed,
        };
    }

    /// <summary>What the session is. Throws InvalidDataException when the node never said.</summary>
    public SessionFacts Complete(ReadOnlySpan<byte> payload, out string message)
    {
        message = Read(payload, MessagesJsonContext.Default.HandshakeCompleteContent, "HandshakeComplete").CustomerMessage ?? "";
        if (_type is null || !TryKind(_type, out var kind))
            throw new InvalidDataException("the node completed the handshake without naming a session type.");
        var port = _type.SessionType == "Port" ? PortProperties.From(_type.Properties) : null;
        var multiplexed = kind == SessionKind.PortForwarding && AgentVersions.Multiplexes(_agentVersion);
        return new SessionFacts
        {
            Kind = kind,
            AgentVersion = _agentVersion,
            Port = port,
            Multiplexed = multiplexed,
            ExtendedMux = multiplexed && Agreed is { ExtendedMux: true },
            // Multiplexing agents always take the flag; the others by version.
            TerminateFlag = port is not null && (multiplexed || AgentVersions.TakesTerminateFlag(_agentVersion)),
            ExitCode = kind == SessionKind.NonInteractiveCommands && Agreed is { ExitCode: true },
            DestinationError = _destinationError,
        };
    }

    private ProcessedClientAction Process(RequestedClientAction action)
    {
        switch (action.ActionType)
        {
            case RequestedClientAction.SessionType:
                var type = ReadType(action.ActionParameters);
                if (type is null || !TryKind(type, out _))
                    return new ProcessedClientAction(action.ActionType, Failed, null, $"Unknown session type {type?.SessionType}");
                _type = type;
                return new ProcessedClientAction(action.ActionType, Success, null, "");
            case RequestedClientAction.KmsEncryption:
                return new ProcessedClientAction(action.ActionType, Unsupported, null,
                    $"Session {sessionId} asks for KMS encryption, which this client does not have: remove kmsKeyId from the session document, or use another client.");
            default:
                return new ProcessedClientAction(action.ActionType, Unsupported, null, $"Unsupported action {action.ActionType}");
        }
    }

    private static SessionTypeParameters? ReadType(JsonElement parameters)
    {
        try
        {
            return parameters.Deserialize(MessagesJsonContext.Default.SessionTypeParameters);
        }
        catch (JsonException)
        {
            return null; // answered as failed
        }
    }

    private static bool TryKind(SessionTypeParameters type, out SessionKind kind)
    {
        (kind, var known) = type.SessionType switch
        {
            "Standard_Stream" => (SessionKind.Shell, true),
            "InteractiveCommands" => (SessionKind.InteractiveCommands, true),
            "NonInteractiveCommands" => (SessionKind.NonInteractiveCommands, true),
            "Port" when PortProperties.From(type.Properties).Type == PortProperties.LocalPortForwarding => (SessionKind.PortForwarding, true),
            "Port" => (SessionKind.StandardStreams, true),
            _ => (default, false),
        };
        return known;
    }

    private static List<string>? Errors(List<ProcessedClientAction> processed)
    {
        List<string>? errors = null;
        foreach (var action in processed)
            if (action.ActionStatus != Success)
                (errors ??= []).Add(action.Error);
        return errors;
    }

    private static T Read<T>(ReadOnlySpan<byte> payload, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, string name)
    {
        try
        {
            return JsonSerializer.Deserialize(payload, type) ?? throw new InvalidDataException($"the node's {name} is empty.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"the node's {name} cannot be read: {e.Message}", e);
        }
    }
}
