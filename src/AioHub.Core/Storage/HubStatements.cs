using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace AioHub.Core.Storage;

/// <summary>Plain statements in the one form that both engines take: values stand as <c>$1</c>, <c>$2</c>, …</summary>
internal static class HubStatements
{
    /// <summary>A statement with its values, for whoever reads what it gives.</summary>
    /// <param name="transaction">Null = on its own.</param>
    public static DbCommand Statement(this DbConnection connection, DbTransaction? transaction, string sql, params ReadOnlySpan<object> values)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // Every text is written in this room, of constants and numbers; what callers say comes as a value.
        command.CommandText = sql;
#pragma warning restore CA2100
        for (var i = 0; i < values.Length; i++)
        {
            var parameter = command.CreateParameter();

            // SQLite's driver takes it as a name, PostgreSQL's as a position when the parameter has no name.
            if (parameter is SqliteParameter)
            {
                parameter.ParameterName = $"${i + 1}";
            }

            parameter.Value = values[i];
            command.Parameters.Add(parameter);
        }

        return command;
    }

    /// <returns>How many rows it changed.</returns>
    public static async Task<int> ExecuteAsync(this DbConnection connection, DbTransaction? transaction, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = connection.Statement(transaction, sql, values);
        return await command.ExecuteNonQueryAsync(cancellation);
    }
}
