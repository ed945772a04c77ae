using System.Globalization;
using System.Text;
using AioHub.Core.Primitives;

namespace AioHub.Core.Import.NewApi;

/// <summary>
/// Reads what mysqldump (or mariadb-dump) writes, one row at a time: the columns of <c>CREATE TABLE</c>, the rows of <c>INSERT</c>. Tables that nobody wants pass unread.
/// </summary>
public sealed class MySqlDump
{
    private const string Field = "mysql-dump";
    private const int MostColumns = 1000;

    private readonly MySqlText _text;
    private readonly NewApiTables _tables = new();
    private readonly Dictionary<string, List<string>> _columns = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, long> _rows = new(StringComparer.OrdinalIgnoreCase);

    private MySqlDump(TextReader text) => _text = new MySqlText(text, Field);

    /// <exception cref="AdminException">There is no such file, it is cut off, or it is no dump of new-api; the message names the line.</exception>
    public static NewApiContent Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new AdminException(Field, $"there is no file '{path}'");
        }

        using var text = new StreamReader(path, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, bufferSize: 1 << 16);
        return Read(text);
    }

    /// <inheritdoc cref="Read(string)"/>
    public static NewApiContent Read(TextReader text) => new MySqlDump(text).ReadAll();

    private NewApiContent ReadAll()
    {
        while (_text.SkipBlanks())
        {
            var verb = _text.Word();
            _text.Statement = verb;
            switch (verb.ToUpperInvariant())
            {
                case "CREATE": Create(); break;
                case "INSERT" or "REPLACE": Insert(); break;
                case "DELIMITER": _text.SkipLine(); break;
                case "SQLITE": throw _text.Wrong("this is a SQLite database, not a dump; read it with --sqlite");
                default: _text.SkipStatement(); break;
            }
        }

        return _text.LacksItsEnd
            ? throw _text.Wrong("the file has no end ('-- Dump completed' is missing): it is cut off; make the dump again")
            : _tables.Build(Field);
    }

    private void Create()
    {
        var word = _text.Word();
        if (!word.Equals("TABLE", StringComparison.OrdinalIgnoreCase))
        {
            _text.SkipStatement();
            return;
        }

        var table = TableName();
        _text.Statement = $"CREATE TABLE {table}";
        if (!NewApiTables.IsWanted(table) || _text.Peek() != '(')
        {
            _text.SkipStatement();
            return;
        }

        _text.Next();
        var columns = new List<string>();
        do
        {
            _text.SkipBlanks();
            // Keys and constraints begin with a word; columns with a back-tick.
            if (_text.Peek() == '`' && columns.Count < MostColumns)
            {
                columns.Add(_text.Name());
            }
        }
        while (_text.SkipDefinition());

        _columns[table] = columns;
        _tables.See(table);
        _text.SkipStatement();
    }

    private void Insert()
    {
        var word = _text.Word();
        while (word.ToUpperInvariant() is "IGNORE" or "DELAYED" or "LOW_PRIORITY" or "HIGH_PRIORITY")
        {
            word = _text.Word();
        }

        var table = word.Equals("INTO", StringComparison.OrdinalIgnoreCase) ? TableName() : word;
        _text.Statement = $"INSERT INTO {table}";
        if (!NewApiTables.IsWanted(table))
        {
            _text.SkipStatement();
            return;
        }

        _text.SkipBlanks();
        var columns = _text.Peek() == '(' ? Names() : _columns.GetValueOrDefault(table) ?? throw _text.Wrong($"rows of {table} come before its CREATE TABLE; make the dump without --no-create-info, or with --complete-insert");
        if (_text.Word().ToUpperInvariant() is not ("VALUES" or "VALUE"))
        {
            throw _text.Wrong("VALUES is missing");
        }

        do
        {
            _text.SkipBlanks();
            _text.Expect('(');
            var values = new Dictionary<string, string?>(columns.Count, StringComparer.OrdinalIgnoreCase);
            var count = 0;
            do
            {
                var value = _text.Value();
                if (count < columns.Count)
                {
                    values[columns[count]] = value;
                }

                count++;
                _text.SkipBlanks();
            }
            while (_text.Took(','));

            _text.Expect(')');
            var number = _rows[table] = _rows.GetValueOrDefault(table) + 1;
            if (count != columns.Count)
            {
                throw _text.Wrong(string.Create(CultureInfo.InvariantCulture, $"row {number} of {table} has {count} values for {columns.Count} columns"));
            }

            _tables.Add(new NewApiRow(table, number, values));
            _text.SkipBlanks();
        }
        while (_text.Took(','));

        _text.SkipStatement();
    }

    private List<string> Names()
    {
        _text.Expect('(');
        var names = new List<string>();
        do
        {
            _text.SkipBlanks();
            names.Add(_text.Peek() == '`' ? _text.Name() : _text.Word());
            _text.SkipBlanks();
        }
        while (_text.Took(','));

        _text.Expect(')');
        return names;
    }

    private string TableName()
    {
        _text.SkipBlanks();
        var name = _text.Peek() == '`' ? _text.Name() : _text.Word();
        while (name.ToUpperInvariant() is "IF" or "NOT" or "EXISTS")
        {
            _text.SkipBlanks();
            name = _text.Peek() == '`' ? _text.Name() : _text.Word();
        }

        // `database`.`table`
        if (_text.Peek() == '.')
        {
            _text.Next();
            name = _text.Peek() == '`' ? _text.Name() : _text.Word();
        }

        _text.SkipBlanks();
        return name;
    }
}
