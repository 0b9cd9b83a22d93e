// Both scripts find the command of the project at hand, and give it the words up to the cursor. It prints `WORD<TAB>WHAT IT IS` in lines.

/** Where the command is: the nearest `node_modules`, else what was typed. Written in what both shells understand. */
const find = `_modelstack_find() {
  local folder=$PWD
  while [ -n "$folder" ]; do
    if [ -x "$folder/node_modules/.bin/modelstack" ]; then
      printf '%s\\n' "$folder/node_modules/.bin/modelstack"
      return
    fi
    folder=\${folder%/*}
  done
  command -v -- "$1"
}`;

const bash = `# Completion of modelstack for bash: eval "$(npx modelstack completion bash)"
${find}

_modelstack() {
  COMPREPLY=()
  # bash parts words at : = and @ too; here they are as they were typed. For version 3.2, too.
  local rest=\${COMP_LINE:0:COMP_POINT} words=() count=0 i word
  for ((i = 0; i <= COMP_CWORD; i++)); do
    local trimmed=\${rest#"\${rest%%[![:space:]]*}"}
    word=\${COMP_WORDS[i]}
    if ((i == COMP_CWORD)); then word=$trimmed; fi
    if ((i > 0)) && [ "$trimmed" = "$rest" ] && [ -n "$rest" ]; then
      words[count - 1]=\${words[count - 1]}$word
    else
      words[count]=$word
      count=$((count + 1))
    fi
    rest=\${trimmed#"$word"}
  done
  local first=0
  if [ "\${words[0]##*/}" = npx ]; then
    case \${words[1]} in
      stack | modelstack) first=1 ;;
      *) return 0 ;;
    esac
  fi
  if ((count - 1 <= first)); then return 0; fi

  local current=\${words[count - 1]} program
  program=$(_modelstack_find "\${words[first]}") || return 0
  # What stands before the last : or =, or before the last @, is not replaced, so it must not be in the answer.
  local head= c part
  for c in : = @; do
    if [[ $COMP_WORDBREAKS == *"$c"* && $current == *"$c"* ]]; then
      part=\${current%"\${current##*"$c"}"}
      if [ "$c" = @ ]; then part=\${part%@}; fi
      if ((\${#part} > \${#head})); then head=$part; fi
    fi
  done

  while IFS=$'\\t' read -r word _; do
    printf -v word '%q' "\${word#"$head"}"
    COMPREPLY+=("$word")
  done < <("$program" __complete "\${words[@]:first+1}" 2>/dev/null)
  case \${COMPREPLY[0]} in
    *[/@=])
      if ((\${#COMPREPLY[@]} == 1)); then compopt -o nospace 2>/dev/null; fi
      ;;
  esac
  return 0
}

for _modelstack_name in stack modelstack npx; do
  case $(complete -p "$_modelstack_name" 2>/dev/null) in
    "" | *_modelstack*) complete -o default -F _modelstack "$_modelstack_name" ;;
  esac
done
unset _modelstack_name
`;

const zsh = `#compdef stack modelstack
# Completion of modelstack for zsh: eval "$(npx modelstack completion zsh)"
${find}

_modelstack() {
  local -a typed lines described plain open
  local first=1 program line value
  if [[ \${words[1]:t} == npx ]]; then
    case \${words[2]} in
      stack | modelstack) first=2 ;;
      *) _default; return ;;
    esac
  fi
  ((CURRENT > first)) || return 1
  typed=("\${(@Q)words[first + 1,CURRENT - 1]}" "\${(Q)PREFIX}")
  program=$(_modelstack_find "\${words[first]}") || return 1
  lines=("\${(@f)$("$program" __complete "\${typed[@]}" 2>/dev/null)}")
  for line in "\${lines[@]}"; do
    [[ -n $line ]] || continue
    value=\${line%%$'\\t'*}
    if [[ $value == *[/@=] ]]; then
      open+=("$value")
    elif [[ $line == *$'\\t'?* ]]; then
      described+=("\${value//:/\\\\:}:\${line#*$'\\t'}")
    else
      plain+=("$value")
    fi
  done
  if ((\${#open} + \${#plain} + \${#described} == 0)); then
    _files
    return
  fi
  ((\${#open} == 0)) || compadd -S '' -a open
  ((\${#plain} == 0)) || compadd -V modelstack -a plain
  ((\${#described} == 0)) || _describe -V modelstack described
}

(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
compdef _modelstack stack modelstack
(( $+_comps[npx] )) || compdef _modelstack npx
`;

/** What a shell reads to complete the command. */
export const scripts = { bash, zsh } as const;
