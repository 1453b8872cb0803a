namespace Postern.Protocol.AwsJson;

// CONTRACT STUB: one static per operation, records in a file per operation (StartSession.cs: StartSessionRequest, StartSessionResponse, ...).
// Names and members exactly as in AWS's model. Optional members are nullable and left out when null; timestamps are DateTimeOffset
// written as epoch seconds (number, milliseconds as fraction) by EpochSecondsConverter.

/// <summary>Operations of AWS Systems Manager that Postern serves.</summary>
public static partial class SsmOperations
{
}
