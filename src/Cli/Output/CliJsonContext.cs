using System.Text.Json.Serialization;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Output;

/// <summary>A node as <c>postern nodes --json</c> prints it.</summary>
internal sealed record NodeRow(string? Id, string? Name, string? Computer, string? Status, string? Platform, string? Address, string? AgentVersion, DateTimeOffset? LastSeen);

/// <summary>A session as <c>postern sessions --json</c> prints it.</summary>
internal sealed record SessionRow(string? Id, string? Target, string? Status, string? Document, string? Owner, DateTimeOffset? Started, DateTimeOffset? Ended, string? Reason, string? Details);

/// <summary>A session as <c>postern sessions show --json</c> prints it.</summary>
internal sealed record SessionDetailsRow(
    string? Id, string? Target, string? Status, string? Document, string? DocumentVersion, string? Type, string? Owner, string? AccessKeyId, string? SourceAddress, DateTimeOffset? Started,
    DateTimeOffset? Ended, string? Reason, string? Details, string? RemoteHost, int? RemotePort, long BytesToNode, long BytesToClient, string? MaxMinutes,
    RecordingDescription? Recording);

/// <summary>One forwarding that is open, as <c>postern forward --json</c> prints it, one on a line.</summary>
internal sealed record ForwardRow(string Local, int Port, string Remote, string Target, string SessionId);

/// <summary>What <c>postern activate --json</c> prints. The code is shown only here.</summary>
internal sealed record ActivationRow(string? ActivationId, string? ActivationCode, DateTimeOffset Expires, string Register, string Run);

/// <summary>A case as <c>postern policy test --json</c> prints it.</summary>
internal sealed record PolicyTestRow(
    string Name, string? Action, string? Resource, string Expected, string? Decision, bool AsExpected, string? Statement, string? Reason, IReadOnlyList<string>? MissingKeys, int Times);

/// <summary>What a target did not take, as <c>postern events dead-letters list --json</c> prints it. The event is JSON in a text.</summary>
internal sealed record DeadLetterRow(string? Id, string? Rule, string? Target, string? TargetArn, DateTimeOffset? DiedAt, int? Attempts, string? Error, string? Event);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SimulateAccessResponse))]
[JsonSerializable(typeof(PolicyTestRow[]))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(NodeRow[]))]
[JsonSerializable(typeof(SessionRow[]))]
[JsonSerializable(typeof(SessionDetailsRow))]
[JsonSerializable(typeof(RecordingDescription[]))]
[JsonSerializable(typeof(SearchHit[]))]
[JsonSerializable(typeof(ForwardRow))]
[JsonSerializable(typeof(ActivationRow))]
[JsonSerializable(typeof(DeadLetterRow))]
internal sealed partial class CliJsonContext : JsonSerializerContext;
