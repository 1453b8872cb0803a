using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;

namespace Postern.Server.Storage;

/// <summary>
/// Reads rows as objects: a column snake_case sets the property SnakeCase, a column without a property is passed over, null leaves a property as it is.
/// A string, a number or a byte[] is the first column. Values are strings, longs, doubles and byte[]; whatever number a database gives becomes the one asked for.
/// </summary>
internal sealed class SqlRow<[DynamicallyAccessedMembers(SqlRow.Needed)] T>
{
    private static readonly bool IsScalar = typeof(T) == typeof(string) || typeof(T) == typeof(byte[]) || Nullable.GetUnderlyingType(typeof(T)) is not null || typeof(T).IsPrimitive;
    private static readonly Dictionary<string, PropertyInfo> Properties = IsScalar ? []
        : typeof(T).GetProperties().Where(property => property.CanWrite).ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);

    private readonly PropertyInfo?[] _columns;

    public SqlRow(DbDataReader reader)
    {
        _columns = new PropertyInfo?[reader.FieldCount];
        if (!IsScalar)
            for (var i = 0; i < _columns.Length; i++)
                _columns[i] = Properties.GetValueOrDefault(reader.GetName(i).Replace("_", "", StringComparison.Ordinal));
    }

    /// <summary>The row the reader stands on.</summary>
    public T Read(DbDataReader reader)
    {
        if (IsScalar)
            return reader.IsDBNull(0) ? default! : (T)SqlRow.As(typeof(T), reader.GetValue(0));
        object row = Activator.CreateInstance<T>()!;
        for (var i = 0; i < _columns.Length; i++)
            if (_columns[i] is { } property && !reader.IsDBNull(i))
                property.SetValue(row, SqlRow.As(property.PropertyType, reader.GetValue(i)));
        return (T)row;
    }
}

internal static class SqlRow
{
    public const DynamicallyAccessedMemberTypes Needed = DynamicallyAccessedMemberTypes.PublicParameterlessConstructor | DynamicallyAccessedMemberTypes.PublicProperties;

    public static object As(Type type, object value)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsInstanceOfType(value) ? value : Convert.ChangeType(value, type, CultureInfo.InvariantCulture);
    }
}
